import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { exitCodes } from '../exit-codes.ts';
import { runCli } from '../run-cli.ts';
import { captureStream, createTestIo } from '../testing/test-io.ts';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'bl-simulate-'));
});
afterEach(() => rm(cwd, { recursive: true, force: true }));

async function simulate(...flags: string[]) {
  const stdout = captureStream();
  const stderr = captureStream();
  const io = createTestIo({ cwd, stdout: stdout.stream, stderr: stderr.stream });
  const exitCode = await runCli(['simulate', ...flags], io);
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

test('a trace from a file is replayed with every policy, as a table and as a chart', async () => {
  await writeFile(join(cwd, 'own.csv'), 'timestamp,service_ms\n0,1000\n1,1000\n200,1000\n');
  const { exitCode, stdout } = await simulate(
    '--trace',
    'own.csv',
    '--start-cost',
    '2s',
    '--chart',
    'own.svg',
  );
  expect(exitCode).toBe(0);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(/\s{2,}/));
  expect(rows.map(([start, policy]) => `${start} ${policy}`)).toEqual([
    'START POLICY',
    '2s beeline',
    '2s knative',
    '2s knative-delay-60s',
    '2s keep-alive-60s',
  ]);
  expect(await readFile(join(cwd, 'own.svg'), 'utf8')).toContain('keep-alive-60s, start 2s</text>');
});

test('as data it has every number, the same for the same seed', async () => {
  const flags = ['--trace', 'huawei', '--start-cost', '25ms', '--seed', '5', '-o', 'json'];
  const { stdout } = await simulate(...flags);
  expect(JSON.parse(stdout)).toHaveLength(4);
  expect(JSON.parse(stdout)[0]).toMatchObject({ startMs: 25, policy: 'beeline' });
  expect((await simulate(...flags)).stdout).toBe(stdout);
});

test('a retention that is set is kept to', async () => {
  await writeFile(join(cwd, 'own.csv'), 'timestamp,service_ms\n0,1000\n200,1000\n');
  const seconds = async (retention: string) => {
    const { stdout } = await simulate(
      '--trace',
      'own.csv',
      '--start-cost',
      '1s',
      '--retention',
      retention,
      '-o',
      'json',
    );
    return JSON.parse(stdout)[0].replicaSeconds;
  };
  expect(await seconds('10s')).toBeLessThan(30);
  expect(await seconds('300s')).toBeGreaterThan(190);
});

test('a trace that is neither known nor a file is a mistake of the caller', async () => {
  const { exitCode, stderr } = await simulate('--trace', 'nope.csv');
  expect(exitCode).toBe(exitCodes.usage.code);
  expect(stderr).toContain(
    '--trace must be conv, code, huawei or a CSV file that can be read (received nope.csv)',
  );
});
