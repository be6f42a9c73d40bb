import {
  createBeelinePolicy,
  createKeepAlivePolicy,
  createKnativePolicy,
  runSimulation,
  type ScalePolicy,
  type SimulationResult,
  type SimulationSummary,
  summarizeSimulation,
  type TraceRequest,
} from '@beeline/core/scaling';
import type { SimulateSettings } from './simulate-settings.ts';

export interface PolicyRun {
  readonly startMs: number;
  readonly policy: string;
  readonly result: SimulationResult;
  readonly summary: SimulationSummary;
}

/** Ours first, then those it is compared with. */
function createPolicies({ bounds, keepAliveMs }: SimulateSettings): readonly ScalePolicy[] {
  const shared = { concurrency: bounds.target, maxReplicas: bounds.maxReplicas };
  return [
    createBeelinePolicy(bounds),
    createKnativePolicy({ ...shared, scaleDownDelayMs: 0 }),
    createKnativePolicy({ ...shared, scaleDownDelayMs: 60_000 }),
    createKeepAlivePolicy({ ...shared, keepMs: keepAliveMs }),
  ];
}

/** Replays the trace with every policy at every start cost. */
export function runPolicies(
  requests: readonly TraceRequest[],
  settings: SimulateSettings,
): readonly PolicyRun[] {
  return settings.startCostsMs.flatMap((startMs) =>
    createPolicies(settings).map((policy) => {
      const result = runSimulation({ requests, policy, startMs, concurrency: settings.bounds.target });
      return { startMs, policy: policy.name, result, summary: summarizeSimulation(result) };
    }),
  );
}
