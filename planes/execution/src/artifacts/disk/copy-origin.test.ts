import { execFileSync } from 'node:child_process';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifestDigest, runSteps } from '@beeline/core/model-files';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CopyRequest, copyOrigin } from './copy-origin.ts';
import { openCache } from './tidy-cache.ts';

let root: string;
let request: CopyRequest;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'bl-copy-')));
  await mkdir(join(root, 'origin', 'onnx'), { recursive: true });
  await writeFile(join(root, 'origin', 'config.json'), '{}');
  await writeFile(join(root, 'origin', 'onnx', 'model.onnx'), 'weights');
  await writeFile(join(root, 'secret'), 'secret!');
  await runSteps(openCache({ directory: join(root, 'cache') }));
  request = {
    directory: join(root, 'cache'),
    path: join(root, 'origin'),
    trusted: false,
    rules: { roots: [join(root, 'origin')], forbidden: [] },
    limits: { maxFiles: 10, maxBytes: 1_000 },
    knownSizes: new Set(),
  };
});
afterEach(() => rm(root, { recursive: true, force: true }));

const at = (...path: readonly string[]) => join(root, ...path);
const incoming = () => readdir(at('cache', 'incoming'));

/** Copies, and does something after the files were listed and before the first one is read. */
async function copyWhile(change: () => Promise<unknown>, changes: Partial<CopyRequest> = {}) {
  const steps = copyOrigin({ ...request, ...changes });
  const folders = 2;
  for (let part = 0; part < folders; part += 1) steps.next();
  await change();
  return await runSteps(steps);
}

test('a copy is a snapshot that is whole: files, blobs, a manifest and what was written', async () => {
  const { digest, staging, files, written } = await runSteps(copyOrigin(request));
  expect(digest).toBe(manifestDigest(files));
  expect(JSON.parse(await readFile(join(staging, 'manifest.json'), 'utf8'))).toEqual(files);
  expect(await readFile(join(staging, 'files/onnx/model.onnx'), 'utf8')).toBe('weights');
  for (const { path, sha256, bytes } of files) {
    const facts = await stat(join(staging, 'files', path));
    expect(facts.ino).toBe((await stat(at('cache/blobs', sha256.slice(0, 2), sha256))).ino);
    expect(facts.size).toBe(bytes);
    expect(written).toContainEqual({ ino: facts.ino, size: bytes, mtimeMs: facts.mtimeMs, sha256 });
  }
  expect(written).toHaveLength(2);
});

test('what the cache has already is linked, not written', async () => {
  const first = await runSteps(copyOrigin(request));
  await writeFile(at('origin/config.json'), '{"new":true}');
  const second = await runSteps(copyOrigin({ ...request, knownSizes: new Set([2, 7]) }));
  const inode = async (staging: string) => (await stat(join(staging, 'files/onnx/model.onnx'))).ino;
  expect(await inode(second.staging)).toBe(await inode(first.staging));
  expect(second.written).toHaveLength(1);
});

test.each([
  ['cut', (blob: string) => truncate(blob, 3)],
  ['a directory', (blob: string) => rm(blob).then(() => mkdir(blob))],
  ['a pipe', (blob: string) => rm(blob).then(() => execFileSync('sh', ['-c', 'mkfifo "$0"', blob]))],
  ['missing', (blob: string) => rm(blob)],
])('contents whose blob is %s are written anew, and the blob with them', async (_how, damage) => {
  const first = await runSteps(copyOrigin(request));
  await rm(first.staging, { recursive: true });
  const { sha256 } = first.files.find(({ path }) => path === 'onnx/model.onnx') ?? { sha256: '' };
  const blob = at('cache/blobs', sha256.slice(0, 2), sha256);
  await damage(blob);
  const second = await runSteps(copyOrigin({ ...request, knownSizes: new Set([2, 7]) }));
  expect(await readFile(join(second.staging, 'files/onnx/model.onnx'), 'utf8')).toBe('weights');
  expect(await readFile(blob, 'utf8')).toBe('weights');
});

const model = () => at('origin/onnx/model.onnx');
const swap = async (make: () => Promise<unknown>) => {
  await rm(model());
  await make();
};
const swaps: readonly (readonly [string, () => Promise<unknown>, string])[] = [
  ['a pipe', () => swap(async () => execFileSync('sh', ['-c', 'mkfifo "$0"', model()])), 'no regular file'],
  ['a link', () => swap(() => symlink(at('secret'), model())), 'no regular file'],
  ['a directory', () => swap(() => mkdir(model())), 'no regular file'],
  ['nothing', () => rm(model()), 'disappeared while it was read'],
  [
    'a file below a link in place of its directory',
    async () => {
      await rename(at('origin/onnx'), at('elsewhere'));
      await symlink(at('elsewhere'), at('origin/onnx'));
    },
    'no regular file',
  ],
];

test.each(swaps)(
  '%s in the place of a file holds nothing up and is refused',
  async (_what, change, reason) => {
    for (const knownSizes of [new Set<number>(), new Set([7])]) {
      await rm(at('origin'), { recursive: true });
      await rm(at('elsewhere'), { recursive: true, force: true });
      await mkdir(at('origin/onnx'), { recursive: true });
      await writeFile(at('origin/config.json'), '{}');
      await writeFile(model(), 'weights');
      await expect(copyWhile(change, { knownSizes })).rejects.toMatchObject({
        code: 'MODEL_INVALID',
        message: expect.stringMatching(new RegExp(`^${model()} .*${reason}`)),
      });
      expect(await incoming()).toEqual([]);
    }
  },
);

test('a file that grows while it is read is refused', async () => {
  await writeFile(model(), Buffer.alloc(3 * 1024 * 1024));
  const limits = { maxFiles: 10, maxBytes: 1e9 };
  const steps = copyOrigin({ ...request, limits });
  for (let part = 0; part < 4; part += 1) steps.next();
  await appendFile(model(), 'more');
  await expect(runSteps(steps)).rejects.toMatchObject({
    code: 'MODEL_INVALID',
    message: expect.stringContaining('was written to while it was read'),
  });
});

test('a file that grew after it was listed counts with the size that is read', async () => {
  const grow = () => writeFile(model(), Buffer.alloc(1_001));
  await expect(copyWhile(grow)).rejects.toMatchObject({
    code: 'MODEL_INVALID',
    message: expect.stringContaining('more than 1000B together'),
  });
  await writeFile(model(), 'weights');
  const { files } = await copyWhile(() => writeFile(model(), 'other weights'), { knownSizes: new Set([7]) });
  expect(files).toContainEqual(expect.objectContaining({ path: 'onnx/model.onnx', bytes: 13 }));
});

test('files may have exactly as much together as is allowed, and not a byte more', async () => {
  const bytes = '{}weights'.length;
  await runSteps(copyOrigin({ ...request, limits: { maxFiles: 2, maxBytes: bytes } }));
  await expect(
    runSteps(copyOrigin({ ...request, limits: { maxFiles: 2, maxBytes: bytes - 1 } })),
  ).rejects.toMatchObject({ code: 'MODEL_INVALID' });
});

test('contents that cannot be linked are written anew', async () => {
  const first = await runSteps(copyOrigin(request));
  const { sha256 } = first.files.find(({ path }) => path === 'onnx/model.onnx') ?? { sha256: '' };
  const blob = at('cache/blobs', sha256.slice(0, 2), sha256);
  // No link leads to another file system.
  const other = await mkdtemp('/dev/shm/bl-copy-');
  try {
    await writeFile(join(other, sha256), 'weights');
    await rm(at('cache/blobs', sha256.slice(0, 2)), { recursive: true });
    await symlink(other, at('cache/blobs', sha256.slice(0, 2)));
    const second = await runSteps(copyOrigin({ ...request, knownSizes: new Set([7]) }));
    expect(await readFile(join(second.staging, 'files/onnx/model.onnx'), 'utf8')).toBe('weights');
    expect(await readFile(blob, 'utf8')).toBe('weights');
  } finally {
    await rm(other, { recursive: true });
  }
});

test('a copy that is given up leaves nothing', async () => {
  const steps = copyOrigin(request);
  for (let part = 0; part < 3; part += 1) steps.next();
  expect(await incoming()).toHaveLength(1);
  steps.return(undefined as never);
  expect(await incoming()).toEqual([]);
});

test('a cache that cannot be written to is not blamed on the model', async () => {
  await rm(at('cache'), { recursive: true });
  await writeFile(at('cache'), '');
  await expect(runSteps(copyOrigin(request))).rejects.toMatchObject({
    code: 'INTERNAL_ERROR',
    message: expect.stringMatching(/cannot keep the files of the model in .*cache: ENOTDIR; make room there/),
  });
});

test('many small files are written in one go, and are whole', async () => {
  await Promise.all(Array.from({ length: 80 }, (_, n) => writeFile(at('origin', `f${n}`), `file ${n}`)));
  const limits = { maxFiles: 100, maxBytes: 10_000 };
  const { staging, files } = await runSteps(copyOrigin({ ...request, limits }));
  expect(files).toHaveLength(82);
  expect(await readFile(join(staging, 'files/f79'), 'utf8')).toBe('file 79');
});
