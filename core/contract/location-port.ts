import type { BeelineError } from '../base/index.ts';
import type { WakeProgress } from './wake-progress.ts';

/**
 * How a gateway gets a request served at a location: it acquires a slot, sends the request to the lease's target
 * and releases the lease. A location in the same process hands out replicas directly; a remote one hands out its
 * ingress, which acquires the slot on its side.
 */
export interface LocationPort {
  readonly location: string;
  /** False while it is known to take no requests: those that can go elsewhere should. */
  readonly reachable?: boolean;
  /**
   * A slot on a replica of the revision, waking one when there is none. Answers synchronously when a replica is
   * free, so that the warm path makes no promise.
   * @throws (or rejects with) BeelineError REVISION_NOT_HERE, QUEUE_FULL, REPLICA_TIMEOUT,
   * REPLICA_FAILED_TO_START, SHUTTING_DOWN; rejects with the signal's reason when the caller goes away.
   */
  acquire(request: AcquireRequest): Lease | Promise<Lease>;
  /** Where the requests stand that are held for a revision; absent where only another process knows. */
  progress?(revision: string): WakeProgress;
}

export interface AcquireRequest {
  readonly revision: string;
  readonly executionId: string;
  /** Aborts when the caller goes away. */
  readonly signal: AbortSignal;
  /**
   * The slot is taken back: the holder of the lease ends its exchange with this error and releases. Where it is
   * absent, the exchange ends with the replica.
   */
  cut?(error: BeelineError): void;
}

/** The right to send one request to one replica. Must be released exactly once. */
export interface Lease {
  readonly target: UpstreamTarget;
  /** Null while only a remote location knows. */
  readonly replica: string | null;
  readonly wait: LeaseWait;
  /**
   * Headers (name, value, …) that the target wants in addition: it is the ingress of a remote location, whose answers
   * say in `ingressHeaders` which replica served and for how long the request was held there. Absent for a replica.
   */
  readonly ingress?: readonly string[];
  release(outcome: LeaseOutcome): void;
}

/** How long the request was held and what for, in milliseconds; all zero on a warm replica. */
export interface LeaseWait {
  readonly queueMs: number;
  readonly startMs: number;
  readonly loadMs: number;
}

/** `unreachable`: no connection, nothing was sent; `broken`: the connection ended in the middle of the exchange. */
export type LeaseOutcome = 'served' | 'aborted' | 'unreachable' | 'broken';

/** An HTTP/1.1 server: a Unix socket or an address. */
export type UpstreamTarget =
  | { readonly socketPath: string }
  | { readonly host: string; readonly port: number };
