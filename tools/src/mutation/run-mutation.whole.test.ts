import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('a mutation run finds the sentence that each mutant breaks, and leaves the file as it was', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'bl-mutation-test-'));
  const path = 'tools/src/mutation/report-survivors.ts';
  const other = 'tools/src/mutation/find-mutants.ts';
  const before = await readFile(path, 'utf8');
  const json = join(directory, 'result.json');
  const program = join(import.meta.dirname, 'run-mutation.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [
    program,
    other,
    path,
    '--sample',
    '16',
    '--json',
    json,
  ]);
  const result = JSON.parse(await readFile(json, 'utf8')) as {
    mutants: { mutant: { path: string }; killedBy: string | null }[];
  };
  await rm(directory, { recursive: true });
  expect(stdout).toMatch(/^tools\/src\/mutation\/report-survivors\.ts: \d+(\.\d)? % \(\d+ of \d+ killed\)$/m);
  expect(result.mutants).toHaveLength(16);
  const killers = result.mutants.flatMap((one) => (one.mutant.path === path ? (one.killedBy ?? []) : []));
  expect(killers.length).toBeGreaterThan(0);
  // A sentence of the other file, which failed on an earlier mutant, says nothing about these.
  const own = /^(a folder’s score|the report names|a change is one line)/;
  expect(killers.filter((killer) => !own.test(killer))).toEqual([]);
  expect(await readFile(path, 'utf8')).toBe(before);
});
