import type {
  ObservedRevision,
  ObservedScaling,
  ReplicaCounts,
  RevisionAssignment,
  RevisionFailure,
} from '@beeline/core/contract';
import type { DemandBuckets, ScaleMemory } from '@beeline/core/scaling';
import type { SlotPool } from '../ingress/slot-pool.ts';
import type { UsageSampler } from '../scale/usage-sampler.ts';
import type { Replica } from './replica.ts';

/** A revision that the location serves, or served until its last replica is gone. */
export interface ServedRevision {
  /** As control last sent it. */
  assignment: RevisionAssignment;
  /** Control no longer assigns it: it goes when its replicas are gone. */
  withdrawn: boolean;
  proof: ObservedRevision['proof'];
  /** Of the last attempt to start a replica; null after one that worked. */
  failure: RevisionFailure | null;
  /** Digest of the files, once they were fetched or control said so. */
  artifactDigest: string | null;
  /** Attempts in a row that failed, and the monotonic time before which there is no other. */
  failures: number;
  retryAt: number;
  /** What starts and requests were measured to take, in milliseconds; outlives a restart of the location. */
  startMs: number | null;
  serviceMs: number | null;
  lastReadyAt: number | null;
  /** When it was last used before the location was started; on this process's clock. */
  usedBefore: number | null;
  /** What was last decided for its demand, and what of that the location had room for. */
  wanted: number;
  desired: number;
  /** Why that many; null before the first decision. */
  scaling: ObservedScaling | null;
  readonly replicas: Map<string, Replica>;
  readonly pool: SlotPool;
  readonly demand: DemandBuckets;
  /** What its replicas use; null while it does not scale by that. */
  usage: UsageSampler | null;
  /** What the last decision told the next. */
  scaleMemory: ScaleMemory | null;
}

const countedStates = ['requested', 'fetching', 'starting', 'ready', 'draining'] as const;

/** How many replicas there are in each state. */
export function countReplicas(replicas: Iterable<Replica>): ReplicaCounts {
  const counts = { requested: 0, fetching: 0, starting: 0, ready: 0, draining: 0 };
  for (const { state } of replicas) {
    const counted = countedStates.find((name) => name === state);
    if (counted !== undefined) counts[counted] += 1;
  }
  return counts;
}

/** When the last request ended or the last replica became ready, whichever is later; null before both. */
export function lastUse({ pool, lastReadyAt, usedBefore }: ServedRevision): number | null {
  const uses = [pool.lastReleaseAt, lastReadyAt, usedBefore].filter((at) => at !== null);
  return uses.length === 0 ? null : Math.max(...uses);
}

/** What control is told of a revision. */
export function describeRevision(revision: ServedRevision): ObservedRevision {
  return {
    revision: revision.assignment.revision,
    proof: revision.proof,
    failure: revision.failure,
    artifactDigest: revision.artifactDigest,
    replicas: countReplicas(revision.replicas.values()),
    inFlight: revision.pool.inFlight,
    waiting: revision.pool.waiting,
    ...(revision.scaling === null ? {} : { scaling: revision.scaling }),
  };
}
