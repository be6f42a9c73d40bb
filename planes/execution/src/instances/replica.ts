import { type BeelineError, type Listed, RunningList } from '@beeline/core/base';
import type { UpstreamTarget } from '@beeline/core/contract';
import type { ReplicaState } from '@beeline/core/scaling';
import { answering, type LivenessMemory } from './liveness/decide-liveness.ts';

/** A request's hold on a replica. */
export interface ReplicaHold extends Listed {
  /** Asks its holder to end the request with this error. */
  cut(error: BeelineError): void;
}

/** One replica of a revision. Times are monotonic milliseconds. */
export interface Replica {
  readonly id: string;
  /** Its instance comes from the pool of engines that wait for a model. */
  readonly pooled: boolean;
  state: ReplicaState;
  /** Where it serves; null until it is ready. */
  target: UpstreamTarget | null;
  /** Requests that it works on, and has worked on. */
  inFlight: number;
  readonly holds: RunningList<ReplicaHold>;
  served: number;
  /** Requests at once that it accepts. */
  hardConcurrency: number;
  /** How long it gets to end after it was asked to, in milliseconds. */
  graceMs: number;
  readyPath: string;
  /** Aborted when it is no longer wanted before it was ready: what still runs for it is given up. */
  readonly unwanted: AbortController;
  readonly requestedAt: number;
  /** When its server answered for the first time. */
  answeredAt: number | null;
  readyAt: number | null;
  /** When its last request ended, or when it became ready. */
  idleSince: number;
  /** It has finished a request since it was last looked at whether it answers. */
  answeredLately: boolean;
  liveness: LivenessMemory;
  /** When it last began to drain. */
  drainingSince: number | null;
  /** It was asked to end: it takes no request any more, whatever comes. */
  stopSent: boolean;
  /** Called when it is draining and its last request has ended. */
  onDrained: (() => void) | null;
  /** Ends the limit of its draining. */
  cancelDrain: (() => void) | null;
}

/** A replica that is wanted and does not exist yet. */
export function newReplica(id: string, nowMs: number, pooled = false): Replica {
  return {
    id,
    pooled,
    state: 'requested',
    target: null,
    inFlight: 0,
    holds: new RunningList(),
    served: 0,
    hardConcurrency: 1,
    graceMs: 0,
    readyPath: '/health',
    unwanted: new AbortController(),
    requestedAt: nowMs,
    answeredAt: null,
    readyAt: null,
    idleSince: nowMs,
    answeredLately: false,
    liveness: answering,
    drainingSince: null,
    stopSent: false,
    onDrained: null,
    cancelDrain: null,
  };
}

/** Serves or is on the way to it. */
export function isLive(replica: Replica): boolean {
  return replica.state !== 'draining' && replica.state !== 'gone' && replica.state !== 'failed';
}

/** Is being made ready to serve. */
export function isOnTheWay({ state }: Replica): boolean {
  return state === 'requested' || state === 'fetching' || state === 'starting';
}
