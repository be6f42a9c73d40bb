/** What all ready replicas of a revision used together, on average, in units of its metric. */
export interface UsageReading {
  /** Over the stable window. */
  readonly stable: number;
  /** Over its last tenth, at least 3 s. */
  readonly panic: number;
}

/** Samples of what the ready replicas used together. Times are monotonic milliseconds. */
export interface UsageWindow {
  /** Keeps a sample; those older than `keepMs` are forgotten. */
  add(nowMs: number, total: number, keepMs: number): void;
  /** Null when there is no sample within the stable window. */
  read(nowMs: number, stableWindowMs: number): UsageReading | null;
}

/** Part of the stable window that the panic window is. */
const panicPart = 0.1;
/** Samples come once a second and may be late: a shorter window would often be empty. */
const shortestPanicMs = 3_000;

/** An empty window. */
export function createUsageWindow(): UsageWindow {
  const samples: { readonly atMs: number; readonly total: number }[] = [];

  function mean(fromMs: number): number | null {
    const within = samples.filter(({ atMs }) => atMs > fromMs);
    return within.length === 0 ? null : within.reduce((sum, { total }) => sum + total, 0) / within.length;
  }

  return {
    add(nowMs, total, keepMs) {
      const old = samples.findIndex(({ atMs }) => atMs > nowMs - keepMs);
      samples.splice(0, old === -1 ? samples.length : old);
      samples.push({ atMs: nowMs, total });
    },
    read(nowMs, stableWindowMs) {
      const stable = mean(nowMs - stableWindowMs);
      const panic = mean(nowMs - Math.max(shortestPanicMs, stableWindowMs * panicPart));
      return stable === null ? null : { stable, panic: panic ?? stable };
    },
  };
}
