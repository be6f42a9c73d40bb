import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Secret } from '../base/index.ts';
import { readPrivateFile, removeDraft, writePrivateFile } from './index.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'beeline-keys-'));
  path = join(directory, 'key');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('is there for its user alone, and replaced as a whole', () => {
  expect(readPrivateFile(path)).toBeNull();
  writePrivateFile(path, new Secret('one'));
  writePrivateFile(path, new Secret('two'));
  expect(readPrivateFile(path)?.reveal()).toBe('two');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(directory)).toEqual(['key']);
});

it('is not read when it is no file, or a large one', () => {
  expect(() => readPrivateFile('/dev/zero')).toThrow('not a small file');
  writePrivateFile(path, new Secret('x'.repeat(100_000)));
  expect(() => readPrivateFile(path)).toThrow('not a small file');
});

it('leaves nothing of a write that a crash cut short', () => {
  writeFileSync(`${path}.new`, 'half a key');
  writePrivateFile(path, new Secret('one'));
  expect(readdirSync(directory)).toEqual(['key']);
  writeFileSync(`${path}.new`, 'half a key');
  removeDraft(path);
  expect(readdirSync(directory)).toEqual(['key']);
  expect(readPrivateFile(path)?.reveal()).toBe('one');
});
