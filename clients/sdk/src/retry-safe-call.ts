import { BeelineError, backoffMs, type Clock, sleep } from '@beeline/core/base';

const attempts = 3;
const longestPauseMs = 5_000;

/** How long to wait before a call that changes nothing is made again; null when it should not be. */
export function decideRetry(error: unknown, failures: number): number | null {
  if (!(error instanceof BeelineError) || !error.retryable || failures >= attempts) return null;
  if (error.kind !== 'unavailable' && error.kind !== 'exhausted') return null;
  const pauseMs = error.retryAfterMs ?? backoffMs(failures, { firstMs: 100, maxMs: 1_000 });
  return pauseMs <= longestPauseMs ? pauseMs : null;
}

/** Makes a call that changes nothing, up to three times in all. */
export async function retrySafeCall<T>(
  clock: Clock,
  signal: AbortSignal | undefined,
  call: () => Promise<T>,
): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await call();
    } catch (error) {
      const pauseMs = decideRetry(error, failures);
      if (pauseMs === null) throw error;
      await sleep(clock, pauseMs, signal);
      signal?.throwIfAborted();
    }
  }
}
