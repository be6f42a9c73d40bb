import { asBeelineError, type BeelineError } from '@beeline/core/base';
import type { AssignmentsMessage, RevisionAssignment } from '@beeline/core/contract';
import { createDemandBuckets } from '@beeline/core/scaling';
import { revisionNotHere } from '../ingress/ingress-errors.ts';
import { SlotPool } from '../ingress/slot-pool.ts';
import { checkSuspect } from './end-replica.ts';
import { limitDrain } from './limit-drain.ts';
import type { LocationContext } from './location-context.ts';
import { isLive } from './replica.ts';
import { refuseForFailure } from './revision-failure.ts';
import type { ServedRevision } from './served-revision.ts';

/** Longest stable window that a deployment can have. */
const demandKeepMs = 3_600_000;
/** Assumed until a start was measured. */
const assumedStartMs = 5_000;

/** The revisions of a location, by id. */
export interface AssignmentTable {
  /** Version of the assignments that it follows; 0 before the first. */
  readonly version: number;
  readonly revisions: ReadonlyMap<string, ServedRevision>;
  apply(message: AssignmentsMessage): void;
  /** Forgets a revision that was withdrawn and of which nothing is left. */
  forget(revision: ServedRevision): void;
}

function whyRefused(context: LocationContext, revision: ServedRevision): BeelineError | null {
  if (revision.withdrawn) return revisionNotHere(context.launch.location, revision.assignment.revision);
  const now = context.clock.monotonicMs();
  const { failure } = revision;
  if (failure === null || [...revision.replicas.values()].some(isLive)) return null;
  if (revision.proof !== 'failed' && revision.retryAt <= now) return null;
  return refuseForFailure(failure, Math.max(1_000, revision.retryAt - now));
}

function newRevision(context: LocationContext, assignment: RevisionAssignment): ServedRevision {
  const recalled = context.recall(assignment.revision);
  const revision: ServedRevision = {
    assignment,
    withdrawn: false,
    proof: assignment.proof === 'done' ? 'proved' : 'pending',
    failure: null,
    artifactDigest: assignment.artifactDigest,
    failures: 0,
    retryAt: 0,
    startMs: recalled.startMs,
    serviceMs: recalled.serviceMs,
    lastReadyAt: null,
    usedBefore: recalled.lastUseAt,
    wanted: 0,
    desired: 0,
    scaling: null,
    scaleMemory: recalled.memory,
    replicas: new Map(),
    usage: null,
    demand: createDemandBuckets(demandKeepMs, recalled.demand ?? undefined),
    pool: new SlotPool({
      clock: context.clock,
      queueLimit: context.config.queueLimit,
      queueDeadlineMs: context.config.queueDeadline,
      refusal: () => whyRefused(context, revision),
      retryAfterMs: () => revision.startMs ?? assumedStartMs,
      onArrival: () => revision.demand.arrived(context.clock.monotonicMs()),
      onEnd: (heldMs) => revision.demand.ended(context.clock.monotonicMs(), heldMs),
      onWaiting: () => context.touch(revision),
      onUnreachable: (replica) => {
        checkSuspect(context, revision, replica).catch((thrown) => {
          const { message, detail } = asBeelineError(thrown);
          context.logger.error({ replica: replica.id, detail }, `a replica could not be checked: ${message}`);
        });
      },
    }),
  };
  return revision;
}

/** Whether control wants another proof of a revision that failed: it was taken away meanwhile, or this is a new attempt. */
function asksAgain(known: ServedRevision, { proof, attempt }: RevisionAssignment): boolean {
  if (proof !== 'needed' || known.proof !== 'failed') return false;
  return known.withdrawn || known.assignment.attempt !== attempt;
}

/** Makes an empty table. */
export function createAssignmentTable(context: LocationContext): AssignmentTable {
  const revisions = new Map<string, ServedRevision>();
  let version = 0;

  /** A changed limit counts for those that drain already. */
  function limitDrains(revision: ServedRevision): void {
    for (const replica of revision.replicas.values()) {
      if (replica.state === 'draining' && !replica.stopSent) limitDrain(context, revision, replica);
    }
  }

  function update(assignment: RevisionAssignment): ServedRevision {
    const known = revisions.get(assignment.revision);
    if (known === undefined) {
      const added = newRevision(context, assignment);
      revisions.set(assignment.revision, added);
      return added;
    }
    if (asksAgain(known, assignment)) {
      known.proof = 'pending';
      known.failure = null;
      known.failures = 0;
      known.retryAt = 0;
    }
    known.withdrawn = false;
    const changedDrain = known.assignment.drainTimeoutMs !== assignment.drainTimeoutMs;
    known.assignment = assignment;
    if (changedDrain) limitDrains(known);
    known.artifactDigest = assignment.artifactDigest ?? known.artifactDigest;
    if (assignment.proof === 'done') known.proof = 'proved';
    return known;
  }

  return {
    get version() {
      return version;
    },
    revisions,
    apply(message) {
      version = message.version;
      const assigned = new Set(message.revisions.map(update));
      for (const revision of revisions.values()) {
        if (!assigned.has(revision) && !revision.withdrawn) {
          revision.withdrawn = true;
          // They may wait because the revision had no replica any more: control saw it idle and took it away.
          revision.pool.refuseWaiting(revisionNotHere(context.launch.location, revision.assignment.revision));
        }
        context.touch(revision);
      }
      context.changed();
    },
    forget(revision) {
      revisions.delete(revision.assignment.revision);
    },
  };
}
