/** The highest demand of each second, kept for as long as anybody asks about. */
export interface DemandWindow {
  /** Adds what was the highest since the last call. */
  sample(nowMs: number, peak: number): void;
  /** The highest within the last `windowMs`. */
  peakOver(nowMs: number, windowMs: number): number;
}

/** Old seconds are swept out in batches, not one by one. */
const sweepSeconds = 60;

export function createDemandWindow(keepMs: number): DemandWindow {
  let seconds: { second: number; peak: number }[] = [];
  return {
    sample(nowMs, peak) {
      const second = Math.floor(nowMs / 1_000);
      const last = seconds.at(-1);
      if (last?.second === second) {
        last.peak = Math.max(last.peak, peak);
        return;
      }
      seconds.push({ second, peak });
      const oldest = Math.floor((nowMs - keepMs) / 1_000) - 1;
      const first = seconds[0]?.second ?? oldest;
      if (first < oldest - sweepSeconds) seconds = seconds.filter((entry) => entry.second >= oldest);
    },
    peakOver(nowMs, windowMs) {
      const oldest = (nowMs - windowMs) / 1_000;
      let highest = 0;
      for (let index = seconds.length - 1; index >= 0; index -= 1) {
        const entry = seconds[index];
        if (entry === undefined || entry.second < oldest) break;
        highest = Math.max(highest, entry.peak);
      }
      return highest;
    },
  };
}
