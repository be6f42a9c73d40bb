import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestFiles, listFiles } from '@beeline/core/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ArtifactCache, openArtifactCache } from './artifact-cache.ts';

const limits = { maxFiles: 5, maxBytes: 1_000 };
let root: string;
let origin: string;
let cache: ArtifactCache;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bl-artifacts-'));
  origin = join(root, 'origin');
  await mkdir(join(origin, 'onnx'), { recursive: true });
  await writeFile(join(origin, 'config.json'), '{}');
  await writeFile(join(origin, 'onnx', 'model.onnx'), 'weights');
  cache = await openArtifactCache(join(root, 'cache'), limits);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const blobs = async () =>
  (await readdir(join(root, 'cache', 'blobs'), { recursive: true })).filter((name) => name.length > 40);
const fetchNew = () => cache.fetch({ path: origin, digest: null });

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
  expect((await cache.fetch({ path: other, digest: null })).digest).toBe(digest);
  await writeFile(join(other, 'config.json'), '{ }');
  expect((await cache.fetch({ path: other, digest: null })).digest).not.toBe(digest);
  expect(await blobs()).toHaveLength(3);
});

test('a known digest is served from the cache, whether the origin changed or vanished', async () => {
  const { digest, directory } = await fetchNew();
  await writeFile(join(origin, 'onnx', 'model.onnx'), 'others');
  expect(await cache.fetch({ path: origin, digest })).toEqual({ digest, directory });
  await rm(origin, { recursive: true });
  const reopened = await openArtifactCache(join(root, 'cache'), limits);
  expect(await reopened.fetch({ path: origin, digest })).toEqual({ digest, directory });
  expect(await readFile(join(directory, 'onnx', 'model.onnx'), 'utf8')).toBe('weights');
});

test('other files than those of the revision are refused', async () => {
  const { digest } = await fetchNew();
  await cache.evict(() => new Set());
  expect((await cache.fetch({ path: origin, digest })).digest).toBe(digest);
  await cache.evict(() => new Set());
  await writeFile(join(origin, 'config.json'), '{"new":true}');
  await expect(cache.fetch({ path: origin, digest })).rejects.toMatchObject({
    code: 'MODEL_CHANGED',
    message: expect.stringContaining(origin),
  });
});

test('a snapshot that lost a file is made again', async () => {
  const { digest, directory } = await fetchNew();
  await chmod(directory, 0o755);
  await rm(join(directory, 'config.json'));
  expect(await fetchNew()).toEqual({ digest, directory });
  expect(await readFile(join(directory, 'config.json'), 'utf8')).toBe('{}');
});

test('fetches of the same files at the same time are one', async () => {
  const all = await Promise.all([fetchNew(), fetchNew(), fetchNew()]);
  expect(new Set(all).size).toBe(1);
});

test('eviction keeps what is needed, frees the rest, and waits for fetches', async () => {
  const kept = await fetchNew();
  await writeFile(join(origin, 'config.json'), '{"second":true}');
  const second = fetchNew();
  expect(await cache.evict(() => new Set([kept.digest]))).toBeGreaterThan(0);
  await second;
  expect(await blobs()).toHaveLength(2);
  expect(await readdir(join(root, 'cache', 'snapshots'))).toHaveLength(1);
  const third = await fetchNew();
  expect(await readFile(join(third.directory, 'config.json'), 'utf8')).toBe('{"second":true}');
});

test('what it holds and how fetches ended is counted, across a restart as to the files', async () => {
  expect(cache.counts()).toEqual({ files: 0, bytes: 0, hits: 0, misses: 0, failures: 0 });
  const { digest } = await fetchNew();
  await cache.fetch({ path: origin, digest });
  const held = { files: 2, bytes: '{}weights'.length };
  expect(cache.counts()).toEqual({ ...held, hits: 1, misses: 1, failures: 0 });
  await expect(cache.fetch({ path: join(root, 'none'), digest: null })).rejects.toThrow();
  expect(cache.counts()).toMatchObject({ ...held, failures: 1 });
  const reopened = await openArtifactCache(join(root, 'cache'), limits);
  expect(reopened.counts()).toMatchObject({ ...held, hits: 0 });
  await reopened.evict(() => new Set());
  expect(reopened.counts()).toMatchObject({ files: 0, bytes: 0 });
});

test('what a crash left half done is removed', async () => {
  await writeFile(join(root, 'cache', 'incoming', 'half'), 'x');
  await openArtifactCache(join(root, 'cache'), limits);
  expect(await readdir(join(root, 'cache', 'incoming'))).toEqual([]);
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
