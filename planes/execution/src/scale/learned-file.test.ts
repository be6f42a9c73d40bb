import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@beeline/core/base';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLearnedFile } from './learned-file.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bl-learned-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const open = () => openLearnedFile(directory, silentLogger);

test('what was learned is there after a restart', async () => {
  const learned = { rev1: { startMs: 1_200, serviceMs: null }, rev2: { startMs: 40, serviceMs: 7 } };
  const first = await open();
  expect(first.before).toEqual({});
  await first.save(learned);
  expect((await open()).before).toEqual(learned);
});

test.each([
  ['no JSON', '{"rev1":'],
  ['something else', '{"rev1": {"startMs": "soon"}, "rev2": null}'],
])('a file with %s counts as empty, and is written over', async (_name, text) => {
  await writeFile(join(directory, 'learned.json'), text);
  const file = await open();
  expect(file.before).toEqual({});
  await file.save({ rev1: { startMs: 5, serviceMs: 5 } });
  expect((await open()).before).toEqual({ rev1: { startMs: 5, serviceMs: 5 } });
});

test('a directory that is gone is no reason to fail', async () => {
  const file = await open();
  await rm(directory, { recursive: true });
  await expect(file.save({ rev1: { startMs: 5, serviceMs: 5 } })).resolves.toBeUndefined();
});
