/** How many of something there are at once, never more than a limit. */
export interface BoundedCount {
  readonly limit: number;
  /** How many are taken now, by everybody who shares the count. */
  readonly taken: number;
  /** Takes one; false when the limit is reached. */
  take(): boolean;
  /** Gives one back that `take` gave. */
  release(): void;
}

/** A count of one thread. */
export function createBoundedCount(limit: number): BoundedCount {
  let taken = 0;
  return {
    limit,
    get taken() {
      return taken;
    },
    take() {
      if (taken >= limit) return false;
      taken += 1;
      return true;
    },
    release() {
      taken -= 1;
    },
  };
}
