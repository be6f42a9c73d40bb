import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tryFileSystem } from './try-file-system.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'beeline-try-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('a directory that can take a database is left as it was', () => {
  expect(tryFileSystem(directory)).toBeNull();
  expect(readdirSync(directory)).toEqual([]);
});

it('a directory that cannot is refused with the reason, and nothing in it is removed', () => {
  expect(tryFileSystem(join(directory, 'none'))?.message).toContain('try.new is refused with ENOENT');
  mkdirSync(join(directory, 'try.new'));
  expect(tryFileSystem(directory)?.message).toMatch(
    /EISDIR: there is a directory where a file should be: move/,
  );
  expect(readdirSync(directory)).toEqual(['try.new']);
});

it('a process that may not open enough files is told the limit to raise', () => {
  const program = `
    import { tryFileSystem } from ${JSON.stringify(join(import.meta.dirname, 'try-file-system.ts'))};
    console.log(tryFileSystem(${JSON.stringify(directory)})?.message);`;
  const script = 'ulimit -n 60 && exec "$0" --input-type=module-typescript --eval "$1"';
  const told = execFileSync('sh', ['-c', script, process.execPath, program], { encoding: 'utf8' });
  expect(told).toMatch(/EMFILE: .*ulimit -n 4096/);
  expect(readdirSync(directory)).toEqual([]);
});
