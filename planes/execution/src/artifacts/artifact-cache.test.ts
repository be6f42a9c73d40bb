import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@beeline/core/base';
import { digestFiles, listFiles } from '@beeline/core/model-files';
import { createFakeClock, waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openInlineFileThread } from '../testing/inline-file-thread.ts';
import { type ArtifactCache, openArtifactCache } from './artifact-cache.ts';

const limits = { maxFiles: 5, maxBytes: 1_000 };
let root: string;
let origin: string;
let cache: ArtifactCache;
/** Copies begin when this is resolved. */
let holdCopies: Promise<void>;
/** Copies that were asked for. */
let copies: number;
let beforeVerify: () => Promise<void>;
let logged: string[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bl-artifacts-'));
  origin = join(root, 'origin');
  await mkdir(join(origin, 'onnx'), { recursive: true });
  await writeFile(join(origin, 'config.json'), '{}');
  await writeFile(join(origin, 'onnx', 'model.onnx'), 'weights');
  holdCopies = Promise.resolve();
  copies = 0;
  beforeVerify = async () => {};
  logged = [];
  cache = await open();
});
afterEach(async () => {
  cache.close();
  await rm(root, { recursive: true, force: true });
});
const open = () =>
  openArtifactCache({
    directory: join(root, 'cache'),
    limits,
    rules: { roots: [root], forbidden: [] },
    logger: {
      ...silentLogger,
      warn: (_fields, text) => logged.push(`warn ${text}`),
      error: (_fields, text) => logged.push(`error ${text}`),
    },
    openThread({ keep }) {
      const thread = openInlineFileThread();
      if (!keep) copies += 1;
      const before = (job: string) =>
        job === 'copy' ? holdCopies : job === 'verify' ? beforeVerify() : null;
      return {
        ...thread,
        run: async (job, ...rest) => {
          await before(job);
          return await thread.run(job, ...rest);
        },
      };
    },
  });
const fetch = async (digest: string | null, path = origin) => {
  const { release, ...artifact } = await cache.fetch({ path, digest, trusted: false });
  release();
  return artifact;
};

const blobs = async () =>
  (await readdir(join(root, 'cache', 'blobs'), { recursive: true })).filter((name) => name.length > 40);
const snapshots = () => readdir(join(root, 'cache', 'snapshots'));
const fetchNew = () => fetch(null);
const evictAll = () => cache.evict(() => new Set());
const reopen = async () => {
  cache.close();
  cache = await open();
};

/** Fetches a second version of the model; `during` runs when its copy has begun and cannot go on. */
async function stepByStep(during: (copying: { readonly settled: boolean }) => Promise<void>) {
  await writeFile(join(origin, 'config.json'), '{"second":true}');
  const copying = { settled: false };
  const gate = Promise.withResolvers<void>();
  holdCopies = gate.promise;
  const fetching = fetchNew().finally(() => {
    copying.settled = true;
  });
  await during(copying);
  gate.resolve();
  return await fetching;
}

test('the files are there read-only, in their layout, under a digest of their contents', async () => {
  const artifact = await fetchNew();
  expect(artifact.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  const model = join(artifact.directory, 'onnx', 'model.onnx');
  expect(await readFile(model, 'utf8')).toBe('weights');
  expect((await stat(model)).mode & 0o777).toBe(0o444);
  expect(await fetchNew()).toEqual(artifact);
});

test('the digest is the one that whoever deploys the files gives them', async () => {
  expect((await fetchNew()).digest).toBe(await digestFiles(origin, await listFiles(origin, limits)));
});

test('the digest names contents and paths, not the place they came from', async () => {
  const { digest } = await fetchNew();
  const other = join(root, 'other');
  execFileSync('cp', ['-r', origin, other]);
  expect((await fetch(null, other)).digest).toBe(digest);
  await writeFile(join(other, 'config.json'), '{ }');
  expect((await fetch(null, other)).digest).not.toBe(digest);
  expect(await blobs()).toHaveLength(3);
});

test('a known digest is served from the cache, whether the origin changed or vanished', async () => {
  const { digest, directory } = await fetchNew();
  await writeFile(join(origin, 'onnx', 'model.onnx'), 'others');
  expect(await fetch(digest)).toEqual({ digest, directory });
  await rm(origin, { recursive: true });
  await reopen();
  expect(await fetch(digest)).toEqual({ digest, directory });
  expect(await readFile(join(directory, 'onnx', 'model.onnx'), 'utf8')).toBe('weights');
});

test('other files than those of the revision are refused, and nothing is left of them', async () => {
  const { digest } = await fetchNew();
  await evictAll();
  expect((await fetch(digest)).digest).toBe(digest);
  await evictAll();
  await writeFile(join(origin, 'config.json'), '{"new":true}');
  await expect(fetch(digest)).rejects.toMatchObject({
    code: 'MODEL_CHANGED',
    message: expect.stringContaining(origin),
  });
  await waitFor(
    'an empty incoming/',
    async () => (await readdir(join(root, 'cache', 'incoming'))).length === 0,
  );
});

test('fetches of the same files at the same time are one, and each holds the files', async () => {
  const request = { path: origin, digest: null, trusted: false };
  const all = await Promise.all([cache.fetch(request), cache.fetch(request), cache.fetch(request)]);
  expect(cache.counts()).toMatchObject({ hits: 0, misses: 1 });
  for (const { release } of all) {
    await evictAll();
    expect(await snapshots()).toHaveLength(1);
    release();
    release();
  }
  await evictAll();
  expect(await snapshots()).toEqual([]);
});

test('copies of the same files under two names end as one snapshot, and the other one goes', async () => {
  const other = join(root, 'other');
  execFileSync('cp', ['-r', origin, other]);
  const [first, second] = await Promise.all([fetch(null), fetch(null, other)]);
  expect(second).toEqual(first);
  expect(await snapshots()).toHaveLength(1);
  expect(await readFile(join(first.directory, 'config.json'), 'utf8')).toBe('{}');
  await waitFor(
    'an empty incoming/',
    async () => (await readdir(join(root, 'cache', 'incoming'))).length === 0,
  );
});

test('damage that two notice at the same time is healed and counted once, and the log says so', async () => {
  const { digest, directory } = await fetchNew();
  const other = join(root, 'other');
  execFileSync('cp', ['-r', origin, other]);
  await rm(join(directory, 'config.json'), { force: true });
  await writeFile(join(root, 'cache', 'blobs', 'stray'), '');
  await reopen();
  const both = await Promise.all([fetch(digest), fetch(digest, other)]);
  expect(both.map((one) => one.digest)).toEqual([digest, digest]);
  expect(cache.counts()).toMatchObject({ damaged: 1, failures: 0 });
  expect(logged).toEqual([
    'warn took away what did not belong into the cache of models',
    'error files of a model in the cache were damaged; they are fetched again',
  ]);
});

test('contents that are always damaged end the fetch: the disk is at fault', async () => {
  const spoil = async () => {
    for (const name of await readdir(join(root, 'cache', 'snapshots'))) {
      await rm(join(root, 'cache', 'snapshots', name, 'files', 'config.json'), { force: true });
    }
  };
  beforeVerify = spoil;
  await expect(fetchNew()).rejects.toMatchObject({
    code: 'INTERNAL_ERROR',
    message: expect.stringContaining('were damaged 3 times; look at the disk'),
  });
  expect(cache.counts()).toMatchObject({ damaged: 3, misses: 0, failures: 1 });
});

test('at most eight origins are read at a time', async () => {
  const gate = Promise.withResolvers<void>();
  holdCopies = gate.promise;
  const paths = Array.from({ length: 10 }, (_, n) => join(root, `m${n}`));
  for (const path of paths) execFileSync('cp', ['-r', origin, path]);
  const all = paths.map((path) => fetch(null, path));
  await waitFor('eight copies', () => copies === 8);
  gate.resolve();
  await Promise.all(all);
  expect(copies).toBe(10);
  await Promise.all(
    paths.map((path, n) => writeFile(join(path, 'config.json'), `${n}`).then(() => fetch(null, path))),
  );
  expect(copies).toBe(20);
});

test('the same contents are kept once, within a model and between models', async () => {
  await writeFile(join(origin, 'copy.json'), '{}');
  const { directory } = await fetchNew();
  expect((await stat(join(directory, 'copy.json'))).ino).toBe(
    (await stat(join(directory, 'config.json'))).ino,
  );
  await writeFile(join(origin, 'copy.json'), '{"second":true}');
  const second = await fetchNew();
  expect((await stat(join(second.directory, 'config.json'))).ino).toBe(
    (await stat(join(directory, 'config.json'))).ino,
  );
  expect(cache.counts()).toMatchObject({ files: 3 });
});

describe('eviction', () => {
  test('keeps what is needed and frees the rest', async () => {
    const kept = await fetchNew();
    await writeFile(join(origin, 'config.json'), '{"second":true}');
    const second = await fetchNew();
    expect(await cache.evict(() => new Set([kept.digest]))).toBe('{"second":true}'.length);
    expect(await snapshots()).toEqual([kept.digest.replace(':', '-')]);
    expect(await blobs()).toHaveLength(2);
    const again = await fetch(second.digest);
    expect(await readFile(join(again.directory, 'config.json'), 'utf8')).toBe('{"second":true}');
  });

  test('leaves what somebody uses, with nobody else naming it', async () => {
    const used = await cache.fetch({ path: origin, digest: null, trusted: false });
    expect(await evictAll()).toBe(0);
    expect(await readFile(join(used.directory, 'config.json'), 'utf8')).toBe('{}');
    used.release();
    expect(await evictAll()).toBe('{}weights'.length);
    await expect(readFile(join(used.directory, 'config.json'))).rejects.toThrow('ENOENT');
  });

  test('and a copy wait for nothing of each other, and a hit for neither', async () => {
    const hit = await fetchNew();
    const held = await stepByStep(async (copying) => {
      await cache.evict(() => new Set([hit.digest]));
      expect(await fetch(hit.digest)).toEqual(hit);
      await cache.evict(() => new Set([hit.digest]));
      expect(copying.settled).toBe(false);
    });
    expect(await readFile(join(held.directory, 'config.json'), 'utf8')).toBe('{"second":true}');
  });

  test('does not take a snapshot that is being looked at', async () => {
    const { digest } = await fetchNew();
    const hit = cache.fetch({ path: origin, digest, trusted: false });
    await evictAll();
    expect(await readFile(join((await hit).directory, 'config.json'), 'utf8')).toBe('{}');
  });

  test('forgets what it removed: that the origin has gone too is then all there is to say', async () => {
    const { digest } = await fetchNew();
    await evictAll();
    await rm(origin, { recursive: true });
    await expect(fetch(digest)).rejects.toMatchObject({
      message: expect.stringMatching(/^there is no directory/),
    });
  });

  test('goes on when a snapshot has gone already', async () => {
    const { digest } = await fetchNew();
    await rm(join(root, 'cache', 'snapshots', digest.replace(':', '-')), { recursive: true });
    expect(await evictAll()).toBe('{}weights'.length);
  });
});

describe('a fetch that is given up', () => {
  test('ends at once with the reason, and leaves nothing', async () => {
    const stop = new AbortController();
    const fetching = cache.fetch({ path: origin, digest: null, trusted: false }, stop.signal);
    stop.abort(new Error('no longer wanted'));
    await expect(fetching).rejects.toThrow('no longer wanted');
    await waitFor('nothing of it', async () => (await readdir(join(root, 'cache', 'incoming'))).length === 0);
    await expect(cache.fetch({ path: origin, digest: null, trusted: false }, stop.signal)).rejects.toThrow();
    const other = join(root, 'other');
    execFileSync('cp', ['-r', origin, other]);
    await writeFile(join(other, 'config.json'), 'other');
    const { digest } = await fetch(null, other);
    expect(await snapshots()).toEqual([digest.replace(':', '-')]);
    expect(cache.counts().failures).toBe(0);
  });

  test('goes on for the others who want it', async () => {
    const stop = new AbortController();
    const request = { path: origin, digest: null, trusted: false };
    const [left, stays] = [cache.fetch(request, stop.signal), cache.fetch(request)];
    stop.abort(new Error('no longer wanted'));
    await expect(left).rejects.toThrow('no longer wanted');
    expect((await stays).digest).toMatch(/^sha256:/);
  });

  test('because the cache closes says that the location stops', async () => {
    const fetching = cache.fetch({ path: origin, digest: null, trusted: false });
    cache.close();
    await expect(fetching).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  });
});

test('what it holds and how fetches ended is counted, across a restart as to the files', async () => {
  const none = { files: 0, bytes: 0, hits: 0, misses: 0, failures: 0, damaged: 0 };
  expect(cache.counts()).toEqual(none);
  const { digest } = await fetchNew();
  await fetch(digest);
  const held = { files: 2, bytes: '{}weights'.length };
  expect(cache.counts()).toEqual({ ...none, ...held, hits: 1, misses: 1 });
  await expect(fetch(null, join(root, 'none'))).rejects.toThrow();
  expect(cache.counts()).toMatchObject({ ...held, failures: 1 });
  await reopen();
  expect(cache.counts()).toMatchObject({ ...held, hits: 0 });
  await evictAll();
  expect(cache.counts()).toMatchObject({ files: 0, bytes: 0 });
});

const refusals: readonly (readonly [string, () => Promise<unknown>, string, string])[] = [
  ['a missing directory', () => rm(origin, { recursive: true }), 'MODEL_MISSING', 'there is no directory'],
  [
    'an empty directory',
    () => rm(origin, { recursive: true }).then(() => mkdir(origin)),
    'MODEL_MISSING',
    'is empty',
  ],
  [
    'a file instead of a directory',
    () => rm(origin, { recursive: true }).then(() => writeFile(origin, 'x')),
    'MODEL_MISSING',
    'is no directory',
  ],
  ['a symbolic link', () => symlink('/etc/passwd', join(origin, 'link')), 'MODEL_INVALID', 'a symbolic link'],
  [
    'a pipe',
    async () => execFileSync('sh', ['-c', 'mkfifo "$0"', join(origin, 'pipe')]),
    'MODEL_INVALID',
    'a socket or a pipe',
  ],
  [
    'too many files',
    () => Promise.all([1, 2, 3, 4].map((n) => writeFile(join(origin, `f${n}`), ''))),
    'MODEL_INVALID',
    'more than 5 files',
  ],
  [
    'too many bytes',
    () => writeFile(join(origin, 'big'), Buffer.alloc(1_001)),
    'MODEL_INVALID',
    'more than 1000B together',
  ],
];

test.each(refusals)('%s is refused with the reason', async (_name, spoil, code, text) => {
  await spoil();
  await expect(fetchNew()).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
});

test('a copy that gets nowhere fails, and says where to look', async () => {
  const clock = createFakeClock();
  const limited: boolean[] = [];
  const stalling = await openArtifactCache({
    directory: join(root, 'cache'),
    limits,
    rules: { roots: [root], forbidden: [] },
    logger: silentLogger,
    stall: { ms: 300_000, clock },
    openThread({ keep, stall }) {
      limited.push(stall !== undefined);
      const thread = openInlineFileThread();
      return keep ? thread : { ...thread, run: () => Promise.reject(stall?.error()) };
    },
  });
  await expect(stalling.fetch({ path: origin, digest: null, trusted: false })).rejects.toMatchObject({
    code: 'INTERNAL_ERROR',
    message: `the files in ${origin} cannot be read: their disk or network mount gave nothing for 5m00s (artifactStallTimeout); see to it, the location tries again`,
  });
  // The cache's own disk is another matter.
  expect(limited).toEqual([false, true]);
  stalling.close();
});
