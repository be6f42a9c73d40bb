import type { ScalePolicy } from './scale-policy.ts';

export interface HpaOptions {
  /** Requests at once that a replica accepts. */
  readonly concurrency: number;
  readonly maxReplicas: number;
}

const syncMs = 15_000;
const tolerance = 0.1;
const stabilizationMs = 300_000;
/** It has no default target; this is the utilization that Knative aims at. */
const utilization = 0.7;

/** The documented formula: current replicas times metric over target, rounded up; within the tolerance nothing changes. */
export function recommendHpaReplicas(current: number, requestsAtOnce: number, target: number): number {
  const ratio = requestsAtOnce / (current * target);
  return Math.abs(ratio - 1) <= tolerance ? current : Math.ceil(current * ratio);
}

/** One synchronization may double the replicas or add four, whichever is more. */
const fastestGrowth = (current: number) => Math.max(current * 2, current + 4);

/**
 * Kubernetes' Horizontal Pod Autoscaler with its default settings on requests at once per pod, from its
 * documentation. It does not go to zero, so one replica is ready from the beginning. Readings are exact and fresh,
 * which those of a real cluster are not.
 */
export function createHpaPolicy({ concurrency, maxReplicas }: HpaOptions): ScalePolicy {
  const target = concurrency * utilization;
  let recommended: { readonly atMs: number; readonly replicas: number }[] = [];
  return {
    name: 'hpa',
    tickMs: syncMs,
    looksAtWaiting: false,
    readyAtStart: 1,
    decide({ nowMs, inFlight, waiting, live }) {
      const current = Math.max(1, live);
      const now = recommendHpaReplicas(current, inFlight + waiting, target);
      // It begins with what it finds, so that it does not shrink before it has seen a whole window.
      if (recommended.length === 0) recommended.push({ atMs: nowMs, replicas: current });
      recommended = recommended.filter(({ atMs }) => atMs > nowMs - stabilizationMs);
      recommended.push({ atMs: nowMs, replicas: now });
      const highest = Math.max(...recommended.map(({ replicas }) => replicas));
      const stabilized = now >= current ? now : Math.min(current, highest);
      return Math.min(maxReplicas, fastestGrowth(current), Math.max(1, stabilized));
    },
  };
}
