import {
  runSimulation,
  type SimulationResult,
  type SimulationSummary,
  summarizeSimulation,
} from '@beeline/core/scaling';
import { policyTable } from './policy-table.ts';
import type { SeededTrace } from './read-traces.ts';
import type { SimulateSettings } from './simulate-settings.ts';
import { type Spread, spreadOfEach } from './spread.ts';

export interface PolicyRun {
  readonly seed: number | null;
  readonly result: SimulationResult;
  readonly summary: SimulationSummary;
}

/** One policy at one cost of a start, over all seeds. */
export interface PolicyRuns {
  readonly startMs: number;
  readonly policy: string;
  readonly runs: readonly PolicyRun[];
  readonly spread: Readonly<Record<keyof SimulationSummary, Spread>>;
}

const numbers = [
  'requests',
  'waitMeanMs',
  'waitP50Ms',
  'waitP90Ms',
  'waitP99Ms',
  'waitMaxMs',
  'coldStarts',
  'replicaStarts',
  'replicaSeconds',
  'peakReplicas',
] as const satisfies readonly (keyof SimulationSummary)[];

/** Replays the traces with every chosen policy at every start cost. */
export function runPolicies(
  traces: readonly SeededTrace[],
  settings: SimulateSettings,
): readonly PolicyRuns[] {
  const chosen = policyTable.filter(({ name }) => settings.policies.includes(name));
  return settings.startCostsMs.flatMap((startMs) =>
    chosen.map((entry) => {
      const runs = traces.map(({ seed, requests }) => {
        const policy = entry.create(settings);
        const result = runSimulation({ requests, policy, startMs, concurrency: settings.bounds.target });
        return { seed, result, summary: summarizeSimulation(result) };
      });
      const spread = spreadOfEach(
        numbers,
        runs.map(({ summary }) => summary),
      );
      return { startMs, policy: entry.create(settings).name, runs, spread };
    }),
  );
}
