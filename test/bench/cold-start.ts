import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@beeline/core/testing';
import {
  ask,
  sentimentModel,
  startTestPlatform,
  type TestPlatform,
  waitForStatus,
  waitForZero,
} from '../journeys/start-test-platform.ts';
import { describeDistribution } from './distribution.ts';
import { readPausedEngines } from './read-paused-engines.ts';

/**
 * How long a request waits that finds its model at zero, phase by phase, on the whole platform with the real engine
 * and the tiny sentiment model: with and without engines that wait in a pool, in turns, on the same machine.
 * Run: `npm run bench:cold-start -- [wakes of each variant]`.
 */
const wakes = Number(process.argv[2] ?? 20);
const phases = ['queue', 'start', 'load', 'run', 'total', 'caller'] as const;
type Wake = Readonly<Record<(typeof phases)[number], number>>;

interface Variant {
  readonly name: string;
  readonly engines: number;
  readonly platform: TestPlatform;
  readonly measured: Wake[];
}

async function openVariant(name: string, engines: number): Promise<Variant> {
  const platform = await startTestPlatform({}, ['--preforked-engines', String(engines)]);
  const scaling = { lastPodRetentionPeriod: '0s' };
  await platform.client.models.apply(sentimentModel({ name: 'sentiment', scaling }));
  await waitForStatus(platform.client, 'sentiment', 'DEPLOYED');
  return { name, engines, platform, measured: [] };
}

/** Waits for zero and a full pool, then asks once. */
async function wake({ engines, platform }: Variant): Promise<Wake> {
  const { client, directory } = platform;
  await waitForZero(client, 'sentiment');
  await waitFor('a full pool', async () => (await readPausedEngines(directory)).length === engines, 30_000);
  const askedAt = performance.now();
  const { status, execution } = await ask(client, 'sentiment', 'I love this');
  const caller = performance.now() - askedAt;
  if (status !== 200) throw new Error(`a wake was answered with ${status}`);
  const { timings } = await waitFor('the record', () => client.executions.get(execution), 20_000);
  const { queueMs, startMs, loadMs, runMs, totalMs } = timings;
  return { queue: queueMs, start: startMs, load: loadMs, run: runMs, total: totalMs, caller };
}

function describe({ name, measured }: Variant) {
  const rows = phases.map(
    (phase) => [phase, describeDistribution(measured.map((one) => one[phase]))] as const,
  );
  return { name, wakes: measured.length, milliseconds: Object.fromEntries(rows) };
}

function printTable(results: readonly ReturnType<typeof describe>[]): void {
  console.log('| engines | phase | min | p50 | p90 | p99 | max |\n|---|---|---|---|---|---|---|');
  for (const { name, milliseconds } of results) {
    for (const [phase, row] of Object.entries(milliseconds)) {
      console.log(
        `| ${[name, phase, ...Object.values(row).map((ms) => String(Math.round(ms)))].join(' | ')} |`,
      );
    }
  }
}

const variants = [await openVariant('started when needed', 0), await openVariant('one waits in the pool', 1)];
try {
  // The first wakes fetch the files and fill the caches of compiled code; they are not counted.
  for (const variant of variants) await wake(variant);
  for (let round = 0; round < wakes; round += 1) {
    for (const variant of round % 2 === 0 ? variants : variants.toReversed()) {
      variant.measured.push(await wake(variant));
    }
  }
  const [, pooled] = variants;
  const memory =
    pooled === undefined
      ? []
      : await waitFor('a full pool', async () => {
          const engines = await readPausedEngines(pooled.platform.directory);
          return engines.length === pooled.engines && engines;
        });
  const results = variants.map(describe);
  console.log(
    `Milliseconds over ${wakes} wakes of each, ${cpus().length} processors, Node ${process.version}\n`,
  );
  printTable(results);
  const pausedEngineBytes = memory[0] ?? 0;
  console.log(`\nMemory of an engine that waits: ${Math.round(pausedEngineBytes / 1024 / 1024)} MiB`);
  const folder = join(import.meta.dirname, '../../bench-results');
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'cold-start.json'),
    `${JSON.stringify({ node: process.version, processors: cpus().length, pausedEngineBytes, results }, null, 2)}\n`,
  );
} finally {
  await Promise.all(variants.map(({ platform }) => platform.close()));
}
