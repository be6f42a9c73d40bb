export interface RateLimiter {
  /** Whether one more is allowed now. */
  allow(nowMs: number): boolean;
  /** How many were refused since the last call. */
  takeRefused(): number;
}

/** Allows `perSecond` on average and `burst` at once. */
export function createRateLimiter(perSecond: number, burst: number): RateLimiter {
  let tokens = burst;
  let last: number | null = null;
  let refused = 0;
  return {
    allow(nowMs) {
      tokens = Math.min(burst, tokens + ((nowMs - (last ?? nowMs)) / 1_000) * perSecond);
      last = nowMs;
      if (tokens < 1) {
        refused += 1;
        return false;
      }
      tokens -= 1;
      return true;
    },
    takeRefused() {
      const count = refused;
      refused = 0;
      return count;
    },
  };
}
