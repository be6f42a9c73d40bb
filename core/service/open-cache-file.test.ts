import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Logger, silentLogger } from '../base/index.ts';
import { type CacheFile, openCacheFile } from './open-cache-file.ts';

let directory: string;
let path: string;
let told: string[];
let file: CacheFile<{ readonly count: number }>;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bl-cache-file-'));
  path = join(directory, 'kept', 'counts.json');
  told = [];
  const logger: Logger = { ...silentLogger, warn: (_fields, message) => told.push(message) };
  file = openCacheFile({
    ...{ path, what: 'the saved counts', instead: 'they are counted again', logger },
    parse: (document) =>
      typeof document === 'object' && document !== null && 'count' in document
        ? { ok: true, value: { count: Number(document.count) } }
        : { ok: false, violations: [{ field: 'count', rule: 'is required' }] },
  });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('a cache file', () => {
  it('that was never saved is nothing, and nothing to tell', async () => {
    expect(await file.load()).toBeNull();
    expect(told).toEqual([]);
  });

  it('gives back what was saved last, to its owner alone', async () => {
    await file.save({ count: 1 });
    await file.save({ count: 2 });
    expect(await file.load()).toEqual({ count: 2 });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(directory, 'kept'))).toEqual(['counts.json']);
  });

  const damages: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['cut', () => truncate(path, 5)],
    ['empty', () => truncate(path, 0)],
    ['of bytes that are no text', () => writeFile(path, Buffer.from([0xff, 0x00, 0xfe]))],
    ['of another form', () => writeFile(path, '[]')],
    ['a directory', () => rm(path).then(() => mkdir(path))],
    ['a link', () => rm(path).then(() => symlink('/etc/hostname', path))],
    ['a pipe', () => rm(path).then(() => execFileSync('mkfifo', [path]))],
  ];
  it.each(damages)('that is %s is told in one line and counts as nothing', async (_how, damage) => {
    await file.save({ count: 1 });
    await damage();
    expect(await file.load()).toBeNull();
    expect(told).toEqual(['the saved counts cannot be read: they are counted again']);
  });

  it('is saved whatever a crash or somebody else has left in the place of its draft', async () => {
    await mkdir(join(`${path}.new`, 'inside'), { recursive: true });
    await file.save({ count: 1 });
    await rm(path);
    execFileSync('mkfifo', [`${path}.new`]);
    await file.save({ count: 2 });
    expect(await file.load()).toEqual({ count: 2 });
    expect(told).toEqual([]);
  });

  it('leaves no draft of an earlier process behind', async () => {
    await file.save({ count: 1 });
    await writeFile(`${path}.new`, 'half of a secr');
    await file.load();
    expect(await readdir(join(directory, 'kept'))).toEqual(['counts.json']);
  });

  it('that cannot be saved is told once until it can be', async () => {
    await mkdir(path, { recursive: true });
    await file.save({ count: 1 });
    await file.save({ count: 2 });
    expect(told).toEqual(['the saved counts cannot be saved: after a restart, they are counted again']);
    expect(await readdir(join(directory, 'kept'))).toEqual(['counts.json']);
    await rm(path, { recursive: true });
    await file.save({ count: 3 });
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({ count: 3 });
  });
});
