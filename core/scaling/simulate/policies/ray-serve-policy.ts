import type { ScalePolicy } from './scale-policy.ts';

export interface RayServeOptions {
  /** Requests at once that a replica accepts: `max_ongoing_requests`. */
  readonly concurrency: number;
  readonly maxReplicas: number;
}

const tickMs = 1_000;
const lookBackMs = 30_000;
const upscaleDelayMs = 30_000;
const downscaleDelayMs = 600_000;
/** `max_ongoing_requests` should be 20 to 50 % above the target. */
const spare = 1.5;

/**
 * Ray Serve's autoscaler with its default settings, from its documentation. Its default target of 2 belongs to a
 * replica that accepts 5; here the target follows the advice for a replica that accepts more. It keeps at least one
 * replica, which is ready from the beginning. Readings are exact and fresh.
 */
export function createRayServePolicy({ concurrency, maxReplicas }: RayServeOptions): ScalePolicy {
  const target = concurrency / spare;
  let readings: { readonly atMs: number; readonly ongoing: number }[] = [];
  /** The number that was decided last, and since when another one has been wanted on that side of it. */
  let decided = 1;
  let differs: { readonly grows: boolean; readonly sinceMs: number } | null = null;

  return {
    name: 'ray-serve',
    tickMs,
    looksAtWaiting: false,
    readyAtStart: 1,
    decide({ nowMs, inFlight, waiting }) {
      readings = readings.filter(({ atMs }) => atMs > nowMs - lookBackMs);
      readings.push({ atMs: nowMs, ongoing: inFlight + waiting });
      const ongoing = readings.reduce((sum, one) => sum + one.ongoing, 0) / readings.length;
      const wanted = Math.min(maxReplicas, Math.max(1, Math.ceil(ongoing / target)));
      if (wanted === decided) {
        differs = null;
        return decided;
      }
      const grows = wanted > decided;
      if (differs?.grows !== grows) differs = { grows, sinceMs: nowMs };
      if (nowMs - differs.sinceMs >= (grows ? upscaleDelayMs : downscaleDelayMs)) {
        decided = wanted;
        differs = null;
      }
      return decided;
    },
  };
}
