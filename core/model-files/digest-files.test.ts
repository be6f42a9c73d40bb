import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestFiles } from './digest-files.ts';
import { listFiles } from './list-files.ts';

const limits = { maxFiles: 10, maxBytes: 1_000 };
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bl-files-'));
  await mkdir(join(root, 'onnx'));
  await writeFile(join(root, 'config.json'), '{}');
  await writeFile(join(root, 'onnx', 'model.onnx'), 'weights');
});
afterEach(() => rm(root, { recursive: true }));

const digest = async () => digestFiles(root, await listFiles(root, limits));

test('the digest of files stays the same over releases: revisions are told apart by it', async () => {
  expect(await digest()).toBe('sha256:e71c27a8de07e13bbedc12d2005fcc92b2baaf4d17528167dbd1f378db85f0b9');
});

test('it changes with a name and with contents, not with the time or with what git keeps', async () => {
  const before = await digest();
  await writeFile(join(root, 'config.json'), '{}');
  await mkdir(join(root, '.git'));
  await writeFile(join(root, '.git', 'HEAD'), 'main');
  expect(await digest()).toBe(before);
  await writeFile(join(root, 'onnx', 'model.onnx'), 'wEights');
  const other = await digest();
  expect(other).not.toBe(before);
  await writeFile(join(root, 'more.json'), '');
  expect(await digest()).not.toBe(other);
});

test('a file that is gone meanwhile is an error', async () => {
  const files = await listFiles(root, limits);
  await rm(join(root, 'config.json'));
  await expect(digestFiles(root, files)).rejects.toThrow('ENOENT');
});
