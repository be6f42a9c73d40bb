import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@beeline/core/base';
import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ArtifactCache, openArtifactCache } from './artifact-cache.ts';
import { openFileThread } from './file-thread.ts';

const limits = { maxFiles: 10_000, maxBytes: 1024 ** 4 };
/** Sparse: takes no room on the disk, and seconds to hash or copy. */
const bigBytes = 4 * 1024 ** 3;
let root: string;
let origin: string;
let cache: ArtifactCache;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bl-thread-'));
  origin = join(root, 'origin');
  await mkdir(origin);
  await writeFile(join(origin, 'config.json'), '{}');
  cache = await openArtifactCache({
    ...{ directory: join(root, 'cache'), limits, logger: silentLogger },
    rules: { roots: [root], forbidden: [] },
  });
});
afterEach(async () => {
  cache.close();
  await rm(root, { recursive: true, force: true });
});

async function addBigModel(): Promise<string> {
  const path = join(root, 'big');
  await mkdir(path);
  await writeFile(join(path, 'weights'), '');
  await truncate(join(path, 'weights'), bigBytes);
  return path;
}
const fetch = (path: string, digest: string | null = null, signal?: AbortSignal) =>
  cache.fetch({ path, digest, trusted: false }, signal);

test('a copy runs beside hits, evictions and other copies, and leaves nothing when it is given up', async () => {
  const small = await fetch(origin);
  const stop = new AbortController();
  const big = fetch(await addBigModel(), null, stop.signal).catch((error: unknown) => error);
  const incoming = join(root, 'cache', 'incoming');
  await waitFor('the copy to begin', async () => (await readdir(incoming)).length > 0);
  await cache.evict(() => new Set());
  expect((await fetch(origin, small.digest)).digest).toBe(small.digest);
  await writeFile(join(origin, 'config.json'), '{"other":true}');
  expect((await fetch(origin)).digest).not.toBe(small.digest);
  expect(await readdir(incoming)).toHaveLength(1);
  stop.abort(new Error('enough'));
  expect(await big).toMatchObject({ message: 'enough' });
  await waitFor('the copy to be gone', async () => (await readdir(incoming)).length === 0);
});

test('closing ends a copy at once', async () => {
  const big = fetch(await addBigModel()).catch((error: unknown) => error);
  await waitFor('the copy to begin', async () => (await readdir(join(root, 'cache', 'incoming'))).length > 0);
  cache.close();
  expect(await big).toMatchObject({ code: 'SHUTTING_DOWN' });
});

test('a short job does not wait for the end of a long one in the same thread', async () => {
  const thread = openFileThread({ keep: true });
  const directory = join(root, 'cache');
  const digest = `sha256:${'0'.repeat(64)}`;
  const path = await addBigModel();
  let copied = false;
  const rules = { roots: [root], forbidden: [] };
  const long = thread
    .run('copy', { directory, path, trusted: true, rules, limits, knownSizes: new Set() })
    .then(() => {
      copied = true;
    })
    .catch(() => {});
  expect(await thread.run('verify', { directory, digest, written: [] })).toEqual({ state: 'absent' });
  expect(copied).toBe(false);
  thread.close();
  await long;
  await expect(thread.run('open', { directory })).rejects.toThrow('closed');
});

test('errors keep their code, and a thread that was idle starts again', async () => {
  await expect(fetch(join(root, 'none'))).rejects.toMatchObject({ code: 'MODEL_MISSING' });
  execFileSync('sh', ['-c', 'mkfifo "$0"', join(origin, 'pipe')]);
  await expect(fetch(origin)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  await rm(join(origin, 'pipe'));
  expect(await readFile(join((await fetch(origin)).directory, 'config.json'), 'utf8')).toBe('{}');
});

test('a damaged file is found by another start of the cache and made again', async () => {
  const { digest, directory, release } = await fetch(origin);
  release();
  cache.close();
  await rm(join(directory, 'config.json'), { force: true });
  cache = await openArtifactCache({
    ...{ directory: join(root, 'cache'), limits, logger: silentLogger },
    rules: { roots: [root], forbidden: [] },
  });
  expect(await readFile(join((await fetch(origin, digest)).directory, 'config.json'), 'utf8')).toBe('{}');
  expect(cache.counts()).toMatchObject({ damaged: 1, hits: 0, misses: 1 });
});

test('models that have the same files and start at the same time are all taken over', async () => {
  const models = ['one', 'two', 'three', 'four'].map((name) => join(root, name));
  for (const model of models) {
    await mkdir(model);
    await writeFile(join(model, 'own'), model);
    for (let file = 0; file < 150; file += 1) await writeFile(join(model, `${file}`), `same ${file}`);
  }
  const taken = await Promise.all(models.map((model) => fetch(model)));
  expect(new Set(taken.map(({ digest }) => digest)).size).toBe(4);
  expect(cache.counts()).toMatchObject({ files: 154, misses: 4, failures: 0 });
});
