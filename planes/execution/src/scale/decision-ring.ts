import type { ScalePicture } from '@beeline/core/scaling';

/** One decision with all that it was made from: `decideReplicas(picture)` wants the same again. */
export interface ScaleDecision {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly revision: string;
  readonly picture: ScalePicture;
  readonly wanted: number;
  /** What of it the location had room for. */
  readonly granted: number;
  readonly reasons: readonly string[];
}

export interface DecisionRing {
  add(decision: ScaleDecision): void;
  /** Oldest first. */
  list(): readonly ScaleDecision[];
}

/** Keeps the last decisions that changed something. */
export function createDecisionRing(capacity = 256): DecisionRing {
  const decisions: ScaleDecision[] = [];
  return {
    add(decision) {
      decisions.push(decision);
      if (decisions.length > capacity) decisions.shift();
    },
    list: () => [...decisions],
  };
}
