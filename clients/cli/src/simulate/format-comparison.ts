import { formatDuration } from '@beeline/core/base';
import { formatTable } from '../output/format-table.ts';
import type { Shown } from '../terminal/show.ts';
import type { SeededTrace } from './read-traces.ts';
import type { PolicyRuns } from './run-policies.ts';
import type { SimulateSettings } from './simulate-settings.ts';
import type { Spread } from './spread.ts';

const seconds = (ms: number) => (ms / 1_000).toFixed(2);
const whole = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 0 });

/** The median, and in brackets between what it lies when there are several seeds that differ. */
function spreadText({ median, lowest, highest }: Spread, text: (value: number) => string, unit = ''): string {
  const range = lowest === highest ? '' : ` (${text(lowest)}-${text(highest)})`;
  return `${text(median)}${unit}${range}`;
}

function seedsText(seeds: readonly number[]): string {
  const [first = 0] = seeds;
  const inRow = seeds.length > 2 && seeds.every((seed, index) => seed === first + index);
  const list = inRow ? `${first} to ${seeds.at(-1)}` : seeds.join(', ');
  return `, ${seeds.length === 1 ? 'seed' : 'seeds'} ${list}`;
}

/** What the traces are, for people: `conv, seeds 11 to 13: …`. */
export function describeTraces(name: string, traces: readonly SeededTrace[], target: number): string {
  const seeds = traces.flatMap(({ seed }) => (seed === null ? [] : [seed]));
  const [one] = traces;
  const which = seeds.length === 0 ? name : `${name}${seedsText(seeds)}`;
  const requests = traces.map((trace) => trace.requests.length);
  const lengthMs = Math.max(...traces.map((trace) => trace.requests.at(-1)?.atMs ?? 0));
  const total = one?.requests.reduce((sum, { serviceMs }) => sum + serviceMs, 0) ?? 0;
  const packed = `replicas that are always full would run for ${whole(total / target / 1_000)} s`;
  const count = [...new Set([Math.min(...requests), Math.max(...requests)])].map(whole).join(' to ');
  const several = traces.length > 1 ? ` (seed ${seeds[0]})` : '';
  return `${which}: ${count} requests in ${formatDuration(lengthMs)}, ${target} at once on a replica; ${packed}${several}`;
}

const header = [
  'START',
  'POLICY',
  'WAIT P50',
  'WAIT P99',
  'WAITED FOR START',
  'STARTS',
  'REPLICA-SECONDS',
  'PEAK',
];

/** The comparison as a table: one row for each cost of a start and each policy. */
export function formatComparison(compared: readonly PolicyRuns[]): Shown {
  const rows = compared.map(({ startMs, policy, spread }) => [
    formatDuration(startMs),
    policy,
    `${seconds(spread.waitP50Ms.median)}s`,
    spreadText(spread.waitP99Ms, seconds, 's'),
    whole(spread.coldStarts.median),
    whole(spread.replicaStarts.median),
    spreadText(spread.replicaSeconds, whole),
    spreadText(spread.peakReplicas, whole),
  ]);
  return formatTable([header, ...rows]);
}

/** Everything that is known of the comparison, for programs: settings, each run, and how they spread over the seeds. */
export function describeComparison(
  traceName: string,
  traces: readonly SeededTrace[],
  settings: SimulateSettings,
  compared: readonly PolicyRuns[],
) {
  return {
    trace: traceName,
    seeds: traces.map(({ seed, requests }) => ({
      seed,
      requests: requests.length,
      durationMs: Math.round(requests.at(-1)?.atMs ?? 0),
      serviceMs: Math.round(requests.reduce((sum, { serviceMs }) => sum + serviceMs, 0)),
    })),
    settings: { ...settings.bounds, keepAliveMs: settings.keepAliveMs },
    compared: compared.map(({ startMs, policy, spread, runs }) => ({
      startMs,
      policy,
      spread,
      runs: runs.map(({ seed, summary }) => ({ seed, ...summary })),
    })),
  };
}
