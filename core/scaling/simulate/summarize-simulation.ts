import type { SimulationResult } from './run-simulation.ts';

/** What people compare policies by. */
export interface SimulationSummary {
  readonly requests: number;
  readonly waitMeanMs: number;
  readonly waitP50Ms: number;
  readonly waitP90Ms: number;
  readonly waitP99Ms: number;
  readonly waitMaxMs: number;
  readonly coldStarts: number;
  readonly replicaStarts: number;
  readonly replicaSeconds: number;
  readonly peakReplicas: number;
}

/** The value that the given part of the sorted values does not exceed (nearest rank). */
function percentile(sorted: readonly number[], part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? 0;
}

export function summarizeSimulation(result: SimulationResult): SimulationSummary {
  const sorted = [...result.waitsMs].sort((a, b) => a - b);
  return {
    requests: sorted.length,
    waitMeanMs: Math.round(sorted.reduce((sum, wait) => sum + wait, 0) / Math.max(1, sorted.length)),
    waitP50Ms: Math.round(percentile(sorted, 0.5)),
    waitP90Ms: Math.round(percentile(sorted, 0.9)),
    waitP99Ms: Math.round(percentile(sorted, 0.99)),
    waitMaxMs: Math.round(percentile(sorted, 1)),
    coldStarts: result.coldStarts,
    replicaStarts: result.starts,
    replicaSeconds: Math.round(result.replicaMs / 1_000),
    peakReplicas: result.peakReplicas,
  };
}
