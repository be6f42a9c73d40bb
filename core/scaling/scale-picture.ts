import type { ScalingConfig } from '../resources/index.ts';
import type { DemandReading } from './demand-buckets.ts';
import type { UsageReading } from './usage-window.ts';

/** All that the decision about a revision's number of replicas needs. It is plain data: kept, it can be replayed. */
export interface ScalePicture {
  /** Monotonic milliseconds; only differences count. */
  readonly nowMs: number;
  readonly purpose: 'serve' | 'retire';
  readonly proof: 'pending' | 'proved' | 'failed';
  readonly bounds: ScalingConfig;
  readonly demand: DemandReading & {
    /** Requests that replicas work on. */
    readonly inFlight: number;
    /** Requests that wait for one. */
    readonly waiting: number;
    /** Since the last request ended or the last replica became ready, whichever is later; null before both. */
    readonly idleMs: number | null;
  };
  /** Percent of one processor, or MiB; null when the metric is another one, or nothing was measured. */
  readonly usage: UsageReading | null;
  readonly replicas: {
    /** Ready or on the way to it. */
    readonly live: number;
    readonly ready: number;
    /** How long the one that began first has been starting; null when none is. */
    readonly startingForMs: number | null;
  };
  /** Measured here for this revision; null before the first measurement. */
  readonly learned: { readonly startMs: number | null; readonly serviceMs: number | null };
  /** How full the location is, from 0 to 1; 0 when it has no limit. */
  readonly fullness: number;
  /** What the decision before this one returned; null for the first. */
  readonly memory: ScaleMemory | null;
}

/** What one decision has to tell the next. */
export interface ScaleMemory {
  /** Numbers that were wanted within the scale-down delay, the highest and oldest first. */
  readonly wanted: readonly { readonly atMs: number; readonly replicas: number }[];
  /** While in panic: when it ends unless extended, and the highest number wanted in it. */
  readonly panic: { readonly untilMs: number; readonly replicas: number } | null;
  /** The current step of shrinking: when it began and with how many replicas. */
  readonly step: { readonly atMs: number; readonly live: number };
}

export interface ScalePlan {
  readonly desired: number;
  /** Why, in the order in which the rules applied. */
  readonly reasons: readonly string[];
  readonly memory: ScaleMemory;
}
