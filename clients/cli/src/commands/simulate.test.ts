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
  const flags = ['--trace', 'own.csv', '--start-cost', '2s', '--chart', 'own.svg'];
  const { exitCode, stdout } = await simulate(...flags);
  expect(exitCode).toBe(0);
  const [title, , ...rows] = stdout.trim().split('\n');
  expect(title).toContain('own.csv: 3 requests in 3m20s, 8 at once on a replica');
  expect(rows.map((line) => line.split(/\s{2,}/).slice(0, 2))).toEqual([
    ['START', 'POLICY'],
    ['2s', 'beeline'],
    ['2s', 'knative'],
    ['2s', 'knative-delay-60s'],
    ['2s', 'keep-alive-60s'],
    ['2s', 'hpa'],
    ['2s', 'ray-serve'],
  ]);
  const chart = await readFile(join(cwd, 'own.svg'), 'utf8');
  for (const text of [
    '>keep-alive-60s<',
    '>a replica takes 2s to start<',
    '>replicas<',
    '>waiting<',
    '>0 min<',
  ]) {
    expect(chart).toContain(text);
  }
});

test('several seeds are told by their median with the lowest and the highest', async () => {
  const flags = ['--trace', 'huawei', '--seeds', '11-13', '--start-cost', '5s', '--policies', 'beeline,hpa'];
  const [title, , , ...rows] = (await simulate(...flags)).stdout.trim().split('\n');
  expect(title).toContain('huawei, seeds 11 to 13: ');
  expect(rows).toHaveLength(2);
  expect(rows[1]).toMatch(/^5s +hpa +0\.00s +\d\.\d\ds \(\d\.\d\d-\d\.\d\d\) /);
});

test('as data it has the settings, every run and how they spread, the same for the same seeds', async () => {
  const flags = ['--trace', 'huawei', '--start-cost', '25ms', '--seeds', '5,7', '-o', 'json'];
  const { stdout } = await simulate(...flags);
  const data = JSON.parse(stdout);
  expect(data).toMatchObject({
    trace: 'huawei',
    seeds: [{ seed: 5 }, { seed: 7 }],
    settings: { target: 8, maxReplicas: 64, keepAliveMs: 60_000 },
  });
  expect(data.compared).toHaveLength(6);
  const [{ startMs, policy, spread, runs }] = data.compared;
  expect({ startMs, policy }).toEqual({ startMs: 25, policy: 'beeline' });
  expect(runs.map((run: { seed: number }) => run.seed)).toEqual([5, 7]);
  const [low, high] = runs.map((run: { replicaSeconds: number }) => run.replicaSeconds).toSorted();
  expect(spread.replicaSeconds).toEqual({ lowest: low, highest: high, median: (low + high) / 2 });
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
    return JSON.parse(stdout).compared[0].runs[0].replicaSeconds;
  };
  expect(await seconds('10s')).toBeLessThan(30);
  expect(await seconds('300s')).toBeGreaterThan(190);
});

test.each([
  [
    ['--trace', 'nope.csv'],
    '--trace must be conv, code, huawei or a CSV file that can be read (nope.csv does not exist)',
  ],
  [['--seed', '1', '--seeds', '3'], '--seed and --seeds were both given'],
  [['--trace', 'own.csv', '--seeds', '3'], 'seeds have no effect on a trace from a file'],
  [['--seeds', '5-1'], 'It must be a count such as 5, or seeds such as 4,9 or 11-13'],
  [
    ['--min-replicas', '9', '--max-replicas', '4'],
    '--min-replicas must not be over --max-replicas, which is 4',
  ],
  [['--policies', 'knativ'], 'It must be one or more of beeline, knative,'],
  [['--policies', 'knativ'], 'Did you mean knative?'],
  [['--metric', 'cpu'], 'Scaling by cpu cannot be simulated: a trace does not say what its requests use'],
  [['--metric', 'memory'], 'Scaling by memory cannot be simulated'],
  [['--metric', 'gpu'], 'It must be concurrency'],
  [['--chart', 'own.png'], 'It must end in .svg'],
  [['--chart', 'none/own.svg', '--start-cost', '5s', '--policies', 'hpa'], 'the chart cannot be written to'],
])('%j is a mistake of the caller', async (flags, message) => {
  await writeFile(join(cwd, 'own.csv'), 'timestamp,service_ms\n0,1000\n');
  const { exitCode, stderr } = await simulate(...flags);
  expect(exitCode).toBe(exitCodes.usage.code);
  expect(stderr).toContain(message);
});
