import type { ScalingConfig } from '@beeline/core/resources';

/** All that the decision about a revision's number of replicas needs. */
export interface ScalePicture {
  readonly purpose: 'serve' | 'retire';
  readonly proof: 'pending' | 'proved' | 'failed';
  readonly bounds: ScalingConfig;
  readonly demand: {
    /** Requests that replicas work on. */
    readonly inFlight: number;
    /** Requests that wait for one. */
    readonly waiting: number;
    /** Highest number of both together within the scale-down delay. */
    readonly peak: number;
    /** Since the last request ended or the last replica became ready, whichever is later; null before both. */
    readonly idleMs: number | null;
  };
  readonly replicas: {
    /** Ready or on the way to it. */
    readonly live: number;
    readonly ready: number;
  };
  /** Measured here for this revision. */
  readonly learned: { readonly startMs: number | null };
}

export interface ScalePlan {
  readonly desired: number;
  /** Why, in the order in which the rules applied. */
  readonly reasons: readonly string[];
}

/** How many replicas a revision should have now. */
export function decideReplicas(picture: ScalePicture): ScalePlan {
  const { bounds, demand, replicas, purpose, proof } = picture;
  if (proof === 'failed') return { desired: 0, reasons: ['it did not become ready, so nothing is kept'] };
  const reasons: string[] = [];
  const needed = (requests: number) => Math.ceil(requests / bounds.targetConcurrency);

  let desired = needed(demand.inFlight + demand.waiting);
  reasons.push(
    `${demand.inFlight} in flight and ${demand.waiting} waiting need ${desired} at ${bounds.targetConcurrency} each`,
  );
  const raise = (to: number, reason: string) => {
    if (to <= desired) return;
    desired = to;
    reasons.push(`${to}: ${reason}`);
  };

  if (purpose === 'serve') {
    const held = Math.min(needed(demand.peak), replicas.live);
    raise(held, `up to ${demand.peak} at once within the last ${bounds.scaleDownDelayMs} ms`);
    const retained = replicas.live > 0 && demand.idleMs !== null && demand.idleMs < bounds.retentionMs;
    if (retained) raise(1, `the last replica is kept for ${bounds.retentionMs} ms without requests`);
    raise(bounds.minReplicas, 'the minimum');
    if (proof === 'pending') raise(1, 'the revision has to prove that it gets ready');
  }
  const limit = Math.max(bounds.maxReplicas, bounds.minReplicas);
  if (desired > limit) {
    desired = limit;
    reasons.push(`${limit}: the maximum`);
  }
  return { desired, reasons };
}
