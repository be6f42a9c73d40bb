import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { setAside } from './set-aside.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bl-aside-'));
  await mkdir(join(directory, 'quarantine'));
});
afterEach(() => rm(directory, { recursive: true }));

const kept = async () => (await readdir(join(directory, 'quarantine'))).sort();
const limits = { maxFiles: 2, maxBytes: 10 };
async function put(name: string, text = 'x') {
  await writeFile(join(directory, name), text);
  setAside(directory, join(directory, name), limits);
  // Two of the same millisecond have no order.
  const now = Date.now();
  while (Date.now() === now);
}

test('the newest files are kept, so many and so large together', async () => {
  for (const name of ['one', 'two', 'three']) await put(name);
  expect((await kept()).map((name) => name.split('-').at(-1))).toEqual(['two', 'three']);
  await put('large', '1234567890');
  expect((await kept()).map((name) => name.split('-').at(-1))).toEqual(['large']);
  await put('huge', '12345678901');
  expect(await readdir(directory)).toEqual(['quarantine']);
  expect((await kept()).map((name) => name.split('-').at(-1))).toEqual(['large']);
});

test('what cannot be taken out is a fault', async () => {
  await writeFile(join(directory, 'file'), '');
  expect(() => setAside(directory, join(directory, 'file', 'below'))).toThrow('ENOTDIR');
  await rm(join(directory, 'quarantine'), { recursive: true });
  await put('one');
  expect(await kept()).toHaveLength(1);
});

test('what is no file is taken out and removed; what has gone is no fault', async () => {
  await mkdir(join(directory, 'folder', 'deep'), { recursive: true });
  setAside(directory, join(directory, 'folder'));
  setAside(directory, join(directory, 'never'));
  expect(await readdir(directory)).toEqual(['quarantine']);
  expect(await kept()).toEqual([]);
});

test('without limits of its own it keeps sixteen', async () => {
  for (let n = 0; n < 18; n += 1) {
    await writeFile(join(directory, 'file'), `${n}`);
    setAside(directory, join(directory, 'file'));
  }
  const names = await kept();
  expect(names).toHaveLength(16);
  expect(await readFile(join(directory, 'quarantine', names.at(-1) ?? ''), 'utf8')).toMatch(/^1\d$/);
});

test('a file is taken out whatever its name', async () => {
  const longest = ['x'.repeat(255), '\u8702'.repeat(85), `x${'\u8702'.repeat(84)}`];
  for (const name of longest) await put(name);
  expect(await readdir(directory)).toEqual(['quarantine']);
  expect((await kept()).map((name) => name.slice(26, 36))).toEqual([
    '\u8702'.repeat(10),
    `x${'\u8702'.repeat(9)}`,
  ]);
});
