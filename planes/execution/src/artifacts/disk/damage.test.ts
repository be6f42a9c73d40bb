import { execFileSync } from 'node:child_process';
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { silentLogger } from '@beeline/core/base';
import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openInlineFileThread } from '../../testing/inline-file-thread.ts';
import { type Artifact, type ArtifactCache, openArtifactCache } from '../artifact-cache.ts';

let root: string;
let cache: ArtifactCache;
let artifact: Omit<Artifact, 'release'>;
const open = async () => {
  cache = await openArtifactCache({
    directory: join(root, 'cache'),
    limits: { maxFiles: 10, maxBytes: 1_000 },
    rules: { roots: [root], forbidden: [] },
    logger: silentLogger,
    openThread: openInlineFileThread,
  });
};
const fetch = async (digest: string | null): Promise<Omit<Artifact, 'release'>> => {
  const { release, ...rest } = await cache.fetch({ path: join(root, 'origin'), digest, trusted: false });
  release();
  return rest;
};
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bl-damage-'));
  await mkdir(join(root, 'origin', 'onnx'), { recursive: true });
  await writeFile(join(root, 'origin', 'config.json'), '{}');
  await writeFile(join(root, 'origin', 'onnx', 'model.onnx'), 'weights');
  await open();
  artifact = await fetch(null);
});
afterEach(async () => {
  cache.close();
  await rm(root, { recursive: true, force: true });
});

const at = (...path: readonly string[]) => join(root, 'cache', ...path);
const model = () => join(artifact.directory, 'onnx', 'model.onnx');
const snapshot = () => dirname(artifact.directory);
const quarantine = () => readdir(at('quarantine'));
const blobOf = async (path: string) => {
  const { ino } = await stat(path);
  for (const name of await readdir(at('blobs'), { recursive: true })) {
    if ((await stat(at('blobs', name))).ino === ino) return at('blobs', name);
  }
  throw new Error('there is no such blob');
};
const rewrite = async (path: string, text: string) => {
  await chmod(path, 0o644);
  await writeFile(path, text);
};
const expectGood = async () => {
  expect(await readFile(join(artifact.directory, 'config.json'), 'utf8')).toBe('{}');
  expect(await readFile(model(), 'utf8')).toBe('weights');
  expect((await readdir(artifact.directory)).sort()).toEqual(['config.json', 'onnx']);
};

const damages: readonly { how: string; damage: () => Promise<unknown>; damaged?: number }[] = [
  { how: 'a file was cut', damage: () => truncate(model(), 3) },
  { how: 'a file was written to, its size the same', damage: () => rewrite(model(), 'WEIGHTS') },
  { how: 'a file is gone', damage: () => rm(model()) },
  { how: 'a directory has the place of a file', damage: () => rm(model()).then(() => mkdir(model())) },
  {
    how: 'a link has the place of a file',
    damage: () => rm(model()).then(() => symlink(join(root, 'origin/onnx/model.onnx'), model())),
  },
  {
    how: 'a pipe has the place of a file',
    damage: () => rm(model()).then(() => execFileSync('sh', ['-c', 'mkfifo "$0"', model()])),
  },
  {
    how: 'a file lies there that is none of the model',
    damage: () => writeFile(join(artifact.directory, 'modules.json'), '[]'),
  },
  {
    how: 'a link lies there that is none of the model',
    damage: () => symlink('/', join(artifact.directory, 'link')),
  },
  { how: 'its manifest is gone', damage: () => rm(join(snapshot(), 'manifest.json')) },
  { how: 'its manifest is no JSON', damage: () => rewrite(join(snapshot(), 'manifest.json'), '\0\0') },
  { how: 'its manifest is of other files', damage: () => rewrite(join(snapshot(), 'manifest.json'), '[]') },
  {
    how: 'its manifest leads elsewhere',
    damage: () =>
      rewrite(
        join(snapshot(), 'manifest.json'),
        JSON.stringify([{ path: '../../x', bytes: 1, sha256: 'a'.repeat(64) }]),
      ),
  },
  {
    how: 'its manifest is a pipe',
    damage: async () => {
      await rm(join(snapshot(), 'manifest.json'));
      execFileSync('sh', ['-c', 'mkfifo "$0"', join(snapshot(), 'manifest.json')]);
    },
  },
  { how: 'its files are gone', damage: () => rm(artifact.directory, { recursive: true }), damaged: 2 },
];

describe('a snapshot', () => {
  test.each(damages)(
    'of which $how is made again, when it is used after a start',
    async ({ damage, damaged = 1 }) => {
      await damage();
      cache.close();
      await open();
      expect(await fetch(artifact.digest)).toEqual(artifact);
      await expectGood();
      expect(cache.counts()).toMatchObject({ damaged, hits: 0, misses: 1, failures: 0 });
      expect(await fetch(artifact.digest)).toEqual(artifact);
      expect(cache.counts()).toMatchObject({ damaged, hits: 1 });
    },
  );

  test.each(damages)(
    'of which $how is made again, when it had been used before',
    async ({ damage, damaged = 1 }) => {
      await fetch(artifact.digest);
      await damage();
      expect(await fetch(artifact.digest)).toEqual(artifact);
      await expectGood();
      expect(cache.counts().damaged).toBe(damaged);
    },
  );

  test('that is gone is made again, which is no damage', async () => {
    await rm(snapshot(), { recursive: true });
    expect(await fetch(artifact.digest)).toEqual(artifact);
    await expectGood();
    expect(cache.counts().damaged).toBe(0);
  });

  test('that a file has the place of is made again', async () => {
    await rm(snapshot(), { recursive: true });
    await writeFile(snapshot(), 'x');
    expect(await fetch(artifact.digest)).toEqual(artifact);
    cache.close();
    await rm(snapshot(), { recursive: true });
    await writeFile(snapshot(), 'x');
    await open();
    expect(await fetch(artifact.digest)).toEqual(artifact);
    await expectGood();
  });

  test('is read once after a start, and again when somebody wrote to it', async () => {
    const time = new Date(1_700_000_000_000);
    await utimes(model(), time, time);
    cache.close();
    await open();
    await fetch(artifact.digest);
    await rewrite(model(), 'WEIGHTS');
    await utimes(model(), time, time);
    // The same size and the same time: only reading it would tell, and that was done.
    await fetch(artifact.digest);
    expect(await readFile(model(), 'utf8')).toBe('WEIGHTS');
    await utimes(model(), time, new Date());
    await fetch(artifact.digest);
    await expectGood();
  });

  test('shares its damage with every other that has the same contents, and these heal as well', async () => {
    await writeFile(join(root, 'origin', 'config.json'), '{"second":true}');
    const second = await fetch(null);
    await rewrite(model(), 'WEIGHTS');
    expect(await fetch(second.digest)).toEqual(second);
    expect(await readFile(join(second.directory, 'onnx/model.onnx'), 'utf8')).toBe('weights');
    await writeFile(join(root, 'origin', 'config.json'), '{}');
    expect(await fetch(artifact.digest)).toEqual(artifact);
    await expectGood();
  });

  test('whose origin has gone says that the disk of the location is to blame', async () => {
    await rewrite(model(), 'WEIGHTS');
    await rm(join(root, 'origin'), { recursive: true });
    await expect(fetch(artifact.digest)).rejects.toMatchObject({
      code: 'MODEL_MISSING',
      message: expect.stringMatching(/^the files of this revision were damaged .* there is no directory/),
    });
  });
});

describe('contents', () => {
  test.each([
    ['cut', (path: string) => truncate(path, 3)],
    ['other ones of the same size', (path: string) => rewrite(path, 'WEIGHTS')],
    ['a directory', (path: string) => rm(path).then(() => mkdir(join(path, 'x'), { recursive: true }))],
  ])('that are %s are not linked into a new snapshot', async (_how, damage) => {
    const blob = await blobOf(model());
    await rm(snapshot(), { recursive: true });
    await damage(blob);
    cache.close();
    await open();
    await fetch(null);
    await expectGood();
    expect(await readFile(blob, 'utf8')).toBe('weights');
  });

  test('that were damaged are kept for people to look at', async () => {
    await rewrite(model(), 'WEIGHTS');
    await fetch(artifact.digest);
    const [kept = ''] = await quarantine();
    expect(kept).toMatch(/model\.onnx$/);
    expect(await readFile(at('quarantine', kept), 'utf8')).toBe('WEIGHTS');
  });
});

describe('a start', () => {
  test.each([
    ['files among the contents', () => writeFile(at('blobs', 'stray'), 'x')],
    [
      'files with wrong names among the contents',
      () => mkdir(at('blobs', 'ab'), { recursive: true }).then(() => writeFile(at('blobs', 'ab', 'cd'), 'x')),
    ],
    [
      'files with the beginning of a right name among the contents',
      () =>
        mkdir(at('blobs', 'ab'), { recursive: true }).then(() => writeFile(at('blobs', 'ab', 'abc'), 'x')),
    ],
    [
      'contents in the folder of others',
      () =>
        mkdir(at('blobs', 'ab'), { recursive: true }).then(() =>
          writeFile(at('blobs', 'ab', 'c'.repeat(64)), 'x'),
        ),
    ],
    ['files with the longest names', () => writeFile(at('snapshots', '\u8702'.repeat(85)), 'x')],
    ['a link to contents elsewhere', () => symlink('/', at('blobs', 'zz'))],
    ['files among the snapshots', () => writeFile(at('snapshots', 'stray'), 'x')],
    ['directories among the snapshots', () => mkdir(at('snapshots', 'stray', 'deep'), { recursive: true })],
  ])('takes away %s', async (_what, put) => {
    await put();
    cache.close();
    await open();
    expect((await readdir(at('blobs'))).every((name) => /^[0-9a-f]{2}$/.test(name))).toBe(true);
    expect(await readdir(at('snapshots'))).toHaveLength(1);
    await fetch(artifact.digest);
    expect(cache.counts()).toMatchObject({ hits: 1, files: 2 });
  });

  test.each(['blobs', 'snapshots', 'incoming', 'quarantine'])(
    'works when %s is gone, a file or a link',
    async (name) => {
      for (const put of [
        async () => {},
        () => writeFile(at(name), 'x'),
        () => symlink('/nowhere', at(name)),
        async () => execFileSync('sh', ['-c', 'mkfifo "$0"', at(name)]),
      ]) {
        cache.close();
        await rm(at(name), { recursive: true, force: true });
        await put();
        await open();
        expect(await fetch(artifact.digest)).toEqual(artifact);
        await expectGood();
      }
    },
  );

  test('removes what a crash left half done', async () => {
    await writeFile(at('incoming', 'half'), 'x');
    await mkdir(at('incoming', 'deep', 'deeper'), { recursive: true });
    cache.close();
    await open();
    expect(await readdir(at('incoming'))).toEqual([]);
  });

  test('on a cache that cannot be used is refused with the way out', async () => {
    cache.close();
    await rename(at(), join(root, 'moved'));
    await writeFile(at(), '');
    await expect(open()).rejects.toMatchObject({
      code: 'DATA_DIRECTORY_UNUSABLE',
      message: expect.stringMatching(/cache of model files in .* remove the directory: it is made again/),
    });
    await rm(at());
    await open();
  });
});

test('eviction leaves nothing behind, also of contents that were damaged', async () => {
  await appendFile(at('blobs', 'stray'), 'x');
  await cache.evict(() => new Set());
  await waitFor('no contents', async () =>
    (await readdir(at('blobs'), { recursive: true })).every((name) => name.length < 10),
  );
  expect(cache.counts()).toMatchObject({ files: 0, bytes: 0 });
});
