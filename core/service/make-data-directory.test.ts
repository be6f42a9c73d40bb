import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDataDirectory } from './make-data-directory.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'bl-data-'));
});
afterEach(() => rm(root, { recursive: true }));

test('what is missing is made, for its user alone, and what is there stays as it is', async () => {
  await mkdir(join(root, 'there'), { mode: 0o755 });
  const directory = join(root, 'there', 'a', 'b');
  makeDataDirectory(directory);
  makeDataDirectory(directory);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  expect((await stat(join(root, 'there'))).mode & 0o777).toBe(0o755);
});

test('a link to a directory is as good as one', async () => {
  await symlink(root, join(root, 'link'));
  makeDataDirectory(join(root, 'link', 'a'));
  expect(existsSync(join(root, 'a'))).toBe(true);
});

test('a file in the way is refused and named', async () => {
  await writeFile(join(root, 'file'), '');
  expect(() => makeDataDirectory(join(root, 'file', 'a', 'b'))).toThrow(
    `the data directory ${join(root, 'file', 'a', 'b')} cannot be made: ${join(root, 'file')} is no directory; choose another one, or move that file away`,
  );
});

// Only Linux has a file system that answers ENOENT to whoever makes a directory in one that is there.
test.skipIf(!existsSync('/proc/self'))('a directory below /proc is refused at once', () => {
  expect(() => makeDataDirectory('/proc/beeline/data')).toThrow(
    /^the data directory \/proc\/beeline\/data cannot be made: \/proc\/beeline is refused with ENOENT; choose another one/,
  );
});
