import type { ScalePolicy } from './scale-policy.ts';

export interface KeepAliveOptions {
  readonly concurrency: number;
  readonly maxReplicas: number;
  readonly keepMs: number;
}

/** As many replicas as there are requests for at once, kept for a fixed time after they were last needed. */
export function createKeepAlivePolicy({ concurrency, maxReplicas, keepMs }: KeepAliveOptions): ScalePolicy {
  let needed: { readonly atMs: number; readonly replicas: number }[] = [];
  return {
    name: `keep-alive-${keepMs / 1_000}s`,
    tickMs: 500,
    looksAtWaiting: true,
    readyAtStart: 0,
    decide({ nowMs, inFlight, waiting }) {
      const replicas = Math.min(maxReplicas, Math.ceil((inFlight + waiting) / concurrency));
      needed = needed.filter((one) => nowMs - one.atMs < keepMs && one.replicas > replicas);
      needed.push({ atMs: nowMs, replicas });
      return needed[0]?.replicas ?? 0;
    },
  };
}
