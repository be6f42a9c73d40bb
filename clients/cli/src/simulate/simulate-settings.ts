import { BeelineError } from '@beeline/core/base';
import type { ScalingConfig } from '@beeline/core/resources';
import { policyTable } from './policy-table.ts';

/** The flags of `bl simulate` as commander gives them. */
export interface SimulateFlags {
  readonly trace: string;
  readonly seed?: number;
  readonly seeds?: readonly number[];
  readonly policies?: readonly string[];
  readonly startCost?: readonly number[];
  readonly metric: 'concurrency';
  readonly target: number;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly scaleUpMinimum: number;
  readonly stableWindow?: number;
  readonly scaleDownDelay?: number;
  readonly retention?: number;
  readonly keepAlive?: number;
  readonly chart?: string;
}

export interface SimulateSettings {
  readonly bounds: ScalingConfig;
  /** Names of the table of policies. */
  readonly policies: readonly string[];
  readonly startCostsMs: readonly number[];
  readonly keepAliveMs: number;
}

const usualStartCostsMs = [25, 5_000, 60_000];
const usualWindowMs = 60_000;

/** The flags as settings of a deployment. @throws BeelineError USAGE_ERROR when they contradict each other. */
export function buildSimulateSettings(flags: SimulateFlags): SimulateSettings {
  for (const [flag, count] of [
    ['--min-replicas', flags.minReplicas],
    ['--scale-up-minimum', flags.scaleUpMinimum],
  ] as const) {
    if (count <= flags.maxReplicas) continue;
    throw new BeelineError('USAGE_ERROR', {
      message: `${flag} must not be over --max-replicas, which is ${flags.maxReplicas} (received ${count})`,
    });
  }
  return {
    bounds: {
      minReplicas: flags.minReplicas,
      maxReplicas: flags.maxReplicas,
      metric: flags.metric,
      target: flags.target,
      scaleUpMinimum: flags.scaleUpMinimum,
      stableWindowMs: flags.stableWindow ?? usualWindowMs,
      scaleDownDelayMs: flags.scaleDownDelay ?? null,
      retentionMs: flags.retention ?? null,
    },
    policies: flags.policies ?? policyTable.map(({ name }) => name),
    startCostsMs: flags.startCost ?? usualStartCostsMs,
    keepAliveMs: flags.keepAlive ?? usualWindowMs,
  };
}
