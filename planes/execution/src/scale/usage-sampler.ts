import { asBeelineError, type Clock, type Logger } from '@beeline/core/base';
import type { ScalingConfig } from '@beeline/core/resources';
import { createUsageWindow, type UsageMetric, type UsageReading } from '@beeline/core/scaling';
import type { Driver, InstanceStats } from '@beeline/drivers/interface';

/** What the ready replicas of one revision use, in units of its metric: percent of one processor, or MiB. */
export interface UsageSampler {
  readonly metric: UsageMetric;
  /** Reads each of these replicas once. Never rejects: one that cannot be read is left out. */
  sample(ready: readonly string[], stats: Driver['stats'], stableWindowMs: number): Promise<void>;
  /** Null as long as nothing was measured, or when the metric is another one by now. */
  read(nowMs: number, scaling: Pick<ScalingConfig, 'metric' | 'stableWindowMs'>): UsageReading | null;
}

interface CpuReading {
  readonly atMs: number;
  readonly cpuMs: number;
}

const bytesPerMib = 1_048_576;

/** Percent of one processor between two readings. What ended meanwhile takes its time with it: never below zero. */
function cpuRate(before: CpuReading, now: CpuReading): number {
  return Math.max(0, ((now.cpuMs - before.cpuMs) / Math.max(1, now.atMs - before.atMs)) * 100);
}

/** Begins with no sample. */
export function createUsageSampler(
  metric: UsageMetric,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): UsageSampler {
  const window = createUsageWindow();
  const cpu = new Map<string, CpuReading>();
  /** Told once, not every second. */
  const unreadable = new Set<string>();

  /** Undefined for the first reading of a processor's time: there is no rate yet. */
  function measure(id: string, stats: InstanceStats): number | undefined {
    if (metric === 'memory') return stats.memoryBytes / bytesPerMib;
    const before = cpu.get(id);
    const now = { atMs: clock.monotonicMs(), cpuMs: stats.cpuMs };
    cpu.set(id, now);
    return before === undefined ? undefined : cpuRate(before, now);
  }

  async function readOne(id: string, stats: Driver['stats']): Promise<number | undefined> {
    try {
      const read = await stats(id);
      unreadable.delete(id);
      return measure(id, read);
    } catch (thrown) {
      const { message, detail } = asBeelineError(thrown);
      const known = unreadable.has(id);
      unreadable.add(id);
      if (!known)
        logger.warn({ replica: id, detail }, `the ${metric} of a replica cannot be read: ${message}`);
      return undefined;
    }
  }

  function forgetOthers(ready: readonly string[]): void {
    for (const id of [...cpu.keys(), ...unreadable]) {
      if (ready.includes(id)) continue;
      cpu.delete(id);
      unreadable.delete(id);
    }
  }

  return {
    metric,
    async sample(ready, stats, stableWindowMs) {
      forgetOthers(ready);
      const read = await Promise.all(ready.map((id) => readOne(id, stats)));
      const values = read.filter((value) => value !== undefined);
      // Nothing that could be read says nothing; no replica at all uses nothing.
      if (values.length === 0 && ready.length > 0) return;
      // Those that could not be read use as much as the others, not nothing: they must not look idle.
      const failed = ready.filter((id) => unreadable.has(id)).length;
      const sum = values.reduce((total, value) => total + value, 0);
      const total = sum + (failed * sum) / Math.max(1, values.length);
      window.add(clock.monotonicMs(), total, stableWindowMs);
    },
    read: (nowMs, scaling) => (scaling.metric === metric ? window.read(nowMs, scaling.stableWindowMs) : null),
  };
}
