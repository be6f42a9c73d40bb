import { BeelineError, formatDuration } from '@beeline/core/base';
import type { LocationContext } from './location-context.ts';
import type { Replica } from './replica.ts';
import type { ServedRevision } from './served-revision.ts';
import { stopAndForget } from './stop-replica.ts';

/** For requests that were cut to let go of their replica. */
const letGoMs = 1_000;

/** How long requests may go on when their replica is no longer wanted, and which setting says so. */
function drainLimit(
  context: LocationContext,
  { assignment }: ServedRevision,
): { readonly ms: number; readonly setting: string } {
  // Assignments that were saved by an earlier version do not have it.
  const own = assignment.drainTimeoutMs ?? null;
  return own === null
    ? { ms: context.config.replicaDrainTimeout, setting: 'replicaDrainTimeout' }
    : { ms: own, setting: 'drainTimeout' };
}

function cutRequests(context: LocationContext, revision: ServedRevision, replica: Replica): void {
  const { ms, setting } = drainLimit(context, revision);
  const within = `within ${formatDuration(ms)} (${setting})`;
  const count = replica.inFlight;
  context.logger.warn(
    { revision: revision.assignment.revision, replica: replica.id, requests: count },
    'requests were cut because they did not end while their replica drained',
  );
  context.say(revision, replica.id, `cut ${count} requests that did not end ${within}`);
  const error = new BeelineError('DRAIN_TIMEOUT', {
    message: `the replica was no longer wanted, and the request did not end ${within}; send it again if it may run twice`,
  });
  for (const hold of replica.holds.all()) hold.cut(error);
}

/** Cuts what still runs and stops the replica as soon as that has let go of it, soon in any case. */
function cutAndStop(context: LocationContext, revision: ServedRevision, replica: Replica): void {
  let stopped = false;
  const stop = () => {
    if (stopped) return;
    stopped = true;
    replica.cancelDrain?.();
    void stopAndForget(context, revision, replica, replica.inFlight === 0 ? replica.graceMs : 0);
  };
  replica.stopSent = true;
  replica.onDrained = stop;
  replica.cancelDrain = context.clock.setTimer(letGoMs, stop);
  cutRequests(context, revision, replica);
}

/** From now on the requests of a draining replica are cut, and it is stopped, when their time is over. */
export function limitDrain(context: LocationContext, revision: ServedRevision, replica: Replica): void {
  const { clock } = context;
  replica.cancelDrain?.();
  const drainedMs = clock.monotonicMs() - (replica.drainingSince ?? clock.monotonicMs());
  const leftMs = drainLimit(context, revision).ms - drainedMs;
  // Whoever takes it back or stops it cancels this.
  replica.cancelDrain = clock.setTimer(leftMs, () => cutAndStop(context, revision, replica));
}
