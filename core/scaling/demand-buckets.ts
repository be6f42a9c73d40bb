/** Averages of a revision's demand over its two windows. */
export interface DemandReading {
  /** Requests that arrived per second, over the stable window and over its last tenth. */
  readonly stablePerSecond: number;
  readonly panicPerSecond: number;
  /** Mean time on a replica of the requests that ended within the stable window; null when none did. */
  readonly serviceMs: number | null;
}

/** Requests counted by the second in which they arrived and ended. Times are monotonic milliseconds. */
export interface DemandBuckets {
  arrived(nowMs: number): void;
  /** A request left its replica after `serviceMs` on it. */
  ended(nowMs: number, serviceMs: number): void;
  read(nowMs: number, stableWindowMs: number): DemandReading;
}

interface Bucket {
  readonly second: number;
  arrived: number;
  ended: number;
  serviceMs: number;
}

/** Part of the stable window that the panic window is. */
const panicPart = 0.1;
const shortestWindowMs = 1_000;
/** Old seconds are swept out in batches, not one by one. */
const sweepSeconds = 60;

/** Buckets that are good for windows of up to `keepMs`. */
export function createDemandBuckets(keepMs: number): DemandBuckets {
  let buckets: Bucket[] = [];
  /** When the first request came: a window cannot look further back. */
  let since: number | null = null;

  function bucketAt(nowMs: number): Bucket {
    const second = Math.floor(nowMs / 1_000);
    const last = buckets.at(-1);
    if (last?.second === second) return last;
    const oldest = second - Math.ceil(keepMs / 1_000);
    if ((buckets[0]?.second ?? oldest) < oldest - sweepSeconds) {
      buckets = buckets.filter((one) => one.second >= oldest);
    }
    const added = { second, arrived: 0, ended: 0, serviceMs: 0 };
    buckets.push(added);
    return added;
  }

  /** Sums of the seconds of a window; `seconds` is how much time they stand for. */
  function sum(nowMs: number, windowMs: number) {
    const length = Math.max(shortestWindowMs, windowMs) / 1_000;
    const first = Math.floor(nowMs / 1_000) - Math.ceil(length) + 1;
    const total = { arrived: 0, ended: 0, serviceMs: 0, seconds: 1 };
    for (let index = buckets.length - 1; index >= 0; index -= 1) {
      const bucket = buckets[index];
      if (bucket === undefined || bucket.second < first) break;
      total.arrived += bucket.arrived;
      total.ended += bucket.ended;
      total.serviceMs += bucket.serviceMs;
    }
    const start = Math.max(first * 1_000, since ?? nowMs);
    total.seconds = Math.max(1, (nowMs - start) / 1_000);
    return total;
  }

  return {
    arrived(nowMs) {
      since ??= nowMs;
      bucketAt(nowMs).arrived += 1;
    },
    ended(nowMs, serviceMs) {
      const bucket = bucketAt(nowMs);
      bucket.ended += 1;
      bucket.serviceMs += serviceMs;
    },
    read(nowMs, stableWindowMs) {
      const stable = sum(nowMs, stableWindowMs);
      const panic = sum(nowMs, stableWindowMs * panicPart);
      return {
        stablePerSecond: stable.arrived / stable.seconds,
        panicPerSecond: panic.arrived / panic.seconds,
        serviceMs: stable.ended === 0 ? null : stable.serviceMs / stable.ended,
      };
    },
  };
}
