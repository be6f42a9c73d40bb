import type { DemandBuckets } from '../../demand-buckets.ts';

/** What a policy sees of the simulated revision at one moment. Times are milliseconds of the simulation. */
export interface SimulatedView {
  readonly nowMs: number;
  readonly inFlight: number;
  readonly waiting: number;
  readonly live: number;
  readonly ready: number;
  readonly startingForMs: number | null;
  /** Since the last request ended or the last replica became ready; null before both. */
  readonly idleMs: number | null;
  readonly demand: DemandBuckets;
  /** Mean of the starts that ended; null before the first. */
  readonly learnedStartMs: number | null;
}

/** A rule about the number of replicas, made anew for each run. */
export interface ScalePolicy {
  readonly name: string;
  /** How often it looks, in milliseconds. */
  readonly tickMs: number;
  /** Whether it also looks whenever a request has to wait; otherwise only when one waits and no replica lives. */
  readonly looksAtWaiting: boolean;
  /** Replicas that are ready when the trace begins: the minimum of a policy that does not go to zero. */
  readonly readyAtStart: number;
  decide(view: SimulatedView): number;
}
