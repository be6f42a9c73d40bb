import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('a mutation run finds the sentence that each mutant breaks, and leaves the file as it was', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'bl-mutation-test-'));
  const path = 'tools/src/mutation/report-survivors.ts';
  const before = await readFile(path, 'utf8');
  const json = join(directory, 'result.json');
  const program = join(import.meta.dirname, 'run-mutation.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [
    program,
    path,
    '--sample',
    '4',
    '--json',
    json,
  ]);
  const result = JSON.parse(await readFile(json, 'utf8')) as {
    scores: { mutants: number; killed: number }[];
    mutants: { killedBy: string | null }[];
  };
  await rm(directory, { recursive: true });
  expect(stdout).toMatch(/^tools\/src\/mutation\/report-survivors\.ts: \d+(\.\d)? % \(\d of 4 killed\)$/m);
  expect(result.scores).toMatchObject([{ mutants: 4 }]);
  expect(result.mutants.filter(({ killedBy }) => killedBy !== null).length).toBeGreaterThan(0);
  expect(await readFile(path, 'utf8')).toBe(before);
});
