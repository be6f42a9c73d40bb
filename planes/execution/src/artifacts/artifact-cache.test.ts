import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@beeline/core/base';
import { digestFiles, listFiles } from '@beeline/core/model-files';
import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openInlineFileThread } from '../testing/inline-file-thread.ts';
import { type ArtifactCache, openArtifactCache } from './artifact-cache.ts';

const limits = { maxFiles: 5, maxBytes: 1_000 };
let root: string;
let origin: string;
let cache: ArtifactCache;
/** Copies begin when this is resolved. */
let holdCopies: Promise<void>;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bl-artifacts-'));
  origin = join(root, 'origin');
  await mkdir(join(origin, 'onnx'), { recursive: true });
  await writeFile(join(origin, 'config.json'), '{}');
  await writeFile(join(origin, 'onnx', 'model.onnx'), 'weights');
  holdCopies = Promise.resolve();
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
    logger: silentLogger,
    openThread({ keep }) {
      const thread = openInlineFileThread();
      return keep ? thread : { ...thread, run: (...args) => holdCopies.then(() => thread.run(...args)) };
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
    expect(await snapshots()).toEqual([]);
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
