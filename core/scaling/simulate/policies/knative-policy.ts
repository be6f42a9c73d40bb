import type { ScalePolicy } from './scale-policy.ts';

export interface KnativeOptions {
  /** Requests at once that a replica accepts. */
  readonly concurrency: number;
  readonly maxReplicas: number;
  readonly scaleDownDelayMs: number;
}

const stableWindowMs = 60_000;
const panicWindowMs = 6_000;
const utilization = 0.7;
const graceMs = 30_000;

/** Knative's autoscaler with its default settings, from its documentation and its published rules. */
export function createKnativePolicy(options: KnativeOptions): ScalePolicy {
  const target = options.concurrency * utilization;
  const readings: { readonly atMs: number; readonly concurrency: number }[] = [];
  const wanted: { readonly atMs: number; readonly replicas: number }[] = [];
  let panicUntilMs: number | null = null;
  let panicReplicas = 0;
  let quietSinceMs: number | null = null;

  /** The mean over a window; a window that is not yet full is as long as what was seen. */
  function average(nowMs: number, windowMs: number): number {
    const inside = readings.filter(({ atMs }) => atMs > nowMs - windowMs);
    return inside.reduce((sum, one) => sum + one.concurrency, 0) / Math.max(1, inside.length);
  }
  /** Panic begins at twice what is ready, is extended while that lasts and ends a stable window later. */
  function withPanic(nowMs: number, ready: number, stable: number, panic: number): number {
    if (panic / ready >= 2) panicUntilMs = nowMs + stableWindowMs;
    if (panicUntilMs === null || nowMs >= panicUntilMs) {
      panicUntilMs = null;
      panicReplicas = 0;
      return stable;
    }
    panicReplicas = Math.max(panicReplicas, stable, panic);
    return panicReplicas;
  }
  /** The last replica goes after a quiet stable window and the grace period. */
  function toZero(nowMs: number, desired: number, live: number): number {
    if (desired > 0) quietSinceMs = null;
    else quietSinceMs ??= nowMs;
    if (quietSinceMs === null) return desired;
    return nowMs - quietSinceMs >= graceMs ? 0 : Math.min(1, live);
  }

  return {
    name: options.scaleDownDelayMs === 0 ? 'knative' : `knative-delay-${options.scaleDownDelayMs / 1_000}s`,
    tickMs: 2_000,
    looksAtWaiting: false,
    readyAtStart: 0,
    decide({ nowMs, inFlight, waiting, live, ready: readyNow }) {
      readings.push({ atMs: nowMs, concurrency: inFlight + waiting });
      while ((readings[0]?.atMs ?? nowMs) < nowMs - stableWindowMs) readings.shift();
      const ready = Math.max(1, readyNow);
      const clamp = (value: number) =>
        Math.min(Math.ceil(1_000 * ready), Math.max(Math.floor(ready / 2), Math.ceil(value / target)));
      const quiet = average(nowMs, stableWindowMs) === 0;
      const stable = quiet ? 0 : clamp(average(nowMs, stableWindowMs));
      const panic = quiet ? 0 : clamp(average(nowMs, panicWindowMs));
      const decided = withPanic(nowMs, ready, stable, panic);
      wanted.push({ atMs: nowMs, replicas: decided });
      while ((wanted[0]?.atMs ?? nowMs) < nowMs - options.scaleDownDelayMs) wanted.shift();
      const desired = Math.max(...wanted.map(({ replicas }) => replicas));
      return toZero(nowMs, Math.min(options.maxReplicas, desired), live);
    },
  };
}
