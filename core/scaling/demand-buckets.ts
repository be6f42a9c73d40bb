/** Averages of a revision's demand over its two windows. */
export interface DemandReading {
  /** Requests that arrived per second, over the stable window and over its last tenth. */
  readonly stablePerSecond: number;
  readonly panicPerSecond: number;
  /** Mean time on a replica of the requests that ended within the stable window; null when none did. */
  readonly serviceMs: number | null;
  /** Since the last request came; null when none has. */
  readonly quietMs: number | null;
}

/** Requests counted by the second in which they arrived and ended. Times are monotonic milliseconds. */
export interface DemandBuckets {
  arrived(nowMs: number): void;
  /** A request left its replica after `serviceMs` on it. */
  ended(nowMs: number, serviceMs: number): void;
  read(nowMs: number, stableWindowMs: number): DemandReading;
  /** What a window of this length looks back on, in at most about 120 entries. */
  history(nowMs: number, windowMs: number): DemandHistory;
}

/** What was counted in a stretch of time. */
export interface DemandEntry {
  readonly atMs: number;
  readonly arrived: number;
  readonly ended: number;
  /** Of all that ended, together. */
  readonly serviceMs: number;
}

export interface DemandHistory {
  /** When the first request came; null when none did. */
  readonly sinceMs: number | null;
  /** Oldest first. */
  readonly entries: readonly DemandEntry[];
}

/** A history from before, and the time after it in which nobody counted. */
export interface InterruptedHistory extends DemandHistory {
  readonly gap: { readonly fromMs: number; readonly toMs: number };
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
const historyEntries = 120;

const secondOf = (ms: number) => Math.floor(ms / 1_000);

/** How much of the time from `fromMs` to `toMs` nobody counted. */
function unseenMs(gap: InterruptedHistory['gap'] | undefined, fromMs: number, toMs: number): number {
  return gap === undefined ? 0 : Math.max(0, Math.min(toMs, gap.toMs) - Math.max(fromMs, gap.fromMs));
}

/**
 * Buckets that are good for windows of up to `keepMs`. Averages leave out the time in which nobody counted; as long as
 * the short window has seen nothing else, it says what the long one says.
 */
export function createDemandBuckets(keepMs: number, before?: InterruptedHistory): DemandBuckets {
  let buckets: Bucket[] = (before?.entries ?? []).map(({ atMs, ...counts }) => ({
    second: secondOf(atMs),
    ...counts,
  }));
  /** When the first request came: a window cannot look further back. */
  let since = before?.sinceMs ?? null;
  let lastArrival: number | null = null;
  const gap = before?.gap;

  function bucketAt(nowMs: number): Bucket {
    const second = secondOf(nowMs);
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

  /** Sums of the seconds of a window; `seenMs` is how much of its time was counted. */
  function sum(nowMs: number, windowMs: number) {
    const length = Math.max(shortestWindowMs, windowMs) / 1_000;
    const first = secondOf(nowMs) - Math.ceil(length) + 1;
    const total = { arrived: 0, ended: 0, serviceMs: 0, seenMs: 0, blind: false };
    for (let index = buckets.length - 1; index >= 0; index -= 1) {
      const bucket = buckets[index];
      if (bucket === undefined || bucket.second < first) break;
      total.arrived += bucket.arrived;
      total.ended += bucket.ended;
      total.serviceMs += bucket.serviceMs;
    }
    const start = Math.max(first * 1_000, since ?? nowMs);
    const unseen = unseenMs(gap, start, nowMs);
    total.seenMs = nowMs - start - unseen;
    total.blind = unseen > 0 && total.seenMs < shortestWindowMs;
    return total;
  }

  return {
    arrived(nowMs) {
      since ??= nowMs;
      lastArrival = nowMs;
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
      const perSecond = ({ arrived, seenMs }: typeof stable) => arrived / Math.max(1, seenMs / 1_000);
      return {
        stablePerSecond: perSecond(stable),
        panicPerSecond: perSecond(panic.blind ? stable : panic),
        serviceMs: stable.ended === 0 ? null : stable.serviceMs / stable.ended,
        quietMs: lastArrival === null ? null : nowMs - lastArrival,
      };
    },
    history(nowMs, windowMs) {
      const step = Math.ceil(windowMs / 1_000 / historyEntries);
      const entries: { atMs: number; arrived: number; ended: number; serviceMs: number }[] = [];
      for (const { second, arrived, ended, serviceMs } of buckets) {
        if (second * 1_000 <= nowMs - windowMs) continue;
        const atMs = Math.floor(second / step) * step * 1_000;
        const last = entries.at(-1);
        if (last === undefined || last.atMs !== atMs) entries.push({ atMs, arrived, ended, serviceMs });
        else {
          last.arrived += arrived;
          last.ended += ended;
          last.serviceMs += serviceMs;
        }
      }
      return { sinceMs: since, entries };
    },
  };
}
