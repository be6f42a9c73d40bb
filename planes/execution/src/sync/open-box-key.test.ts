import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, silentLogger } from '@beeline/core/base';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openBoxKey } from './open-box-key.ts';

let directory: string;
let path: string;
let warned: string[];
const logger: Logger = { ...silentLogger, warn: (_fields, message) => warned.push(message) };
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bl-key-'));
  path = join(directory, 'secrets.key');
  warned = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('the key of a location is made once, for its user alone', () => {
  const { publicKey } = openBoxKey(directory, logger);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(openBoxKey(directory, logger).publicKey).toBe(publicKey);
  expect(warned).toEqual([]);
});

it('a damaged one is replaced, with a warning: control sends values again', () => {
  const { publicKey } = openBoxKey(directory, logger);
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, 60));
  expect(openBoxKey(directory, logger).publicKey).not.toBe(publicKey);
  expect(warned).toEqual([
    expect.stringContaining('it gets a new one, and secret values from control again'),
  ]);
});

it('something else in its place is an error that says what to remove', () => {
  mkdirSync(path);
  expect(() => openBoxKey(directory, logger)).toThrow(`cannot be written to ${path}`);
});
