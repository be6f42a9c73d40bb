import { asBeelineError, BeelineError, backoffMs, formatDuration, randomText } from '@beeline/core/base';
import { discardInstance } from './discard-instance.ts';
import { driverOf, LaunchCancelled, launchReplica } from './launch-replica.ts';
import type { LocationContext } from './location-context.ts';
import { isLive, newReplica, type Replica } from './replica.ts';
import { describeFailure, refuseForFailure } from './revision-failure.ts';
import type { ServedRevision } from './served-revision.ts';

const firstBackoffMs = 500;
/** A replica that ends sooner than this after it was ready counts as a failed start. */
export const shortLifeMs = 10_000;
/** After so many failures that look like ours and not the model's, a proof is given up. */
const internalAttempts = 3;

/** Puts the next attempt off, the longer the more have failed. */
export function backOff(context: LocationContext, revision: ServedRevision): number {
  revision.failures += 1;
  const pauseMs = backoffMs(revision.failures, {
    firstMs: firstBackoffMs,
    maxMs: context.config.startBackoffMax,
  });
  revision.retryAt = context.clock.monotonicMs() + pauseMs;
  context.clock.setTimer(pauseMs, () => context.touch(revision));
  return pauseMs;
}

function recordReady(context: LocationContext, revision: ServedRevision, replica: Replica): void {
  const now = context.clock.monotonicMs();
  replica.state = 'ready';
  replica.idleSince = now;
  const tookMs = now - replica.requestedAt;
  // The first start fetches files, later ones do not: the newest counts for half.
  revision.startMs = revision.startMs === null ? tookMs : (revision.startMs + tookMs) / 2;
  revision.lastReadyAt = now;
  revision.failure = null;
  if (revision.proof === 'pending') revision.proof = 'proved';
  const startMs = (replica.answeredAt ?? now) - replica.requestedAt;
  const loadMs = now - (replica.answeredAt ?? now);
  context.say(
    revision,
    replica.id,
    `ready after ${formatDuration(now - replica.requestedAt)} (start ${formatDuration(startMs)}, load ${formatDuration(loadMs)})`,
  );
  context.metrics.started(revision, replica);
  revision.pool.add(replica);
  context.clock.setTimer(shortLifeMs, () => {
    if (replica.state === 'ready') revision.failures = 0;
  });
  context.changed();
}

function recordFailure(
  context: LocationContext,
  revision: ServedRevision,
  replica: Replica,
  thrown: unknown,
): void {
  const driver = context.launch.drivers[revision.assignment.template.generation];
  const known = driver?.list().some((instance) => instance.id === replica.id) === true;
  const tail = (known ? driver.tail(replica.id) : []).map((line) => ({
    ...line,
    text: context.secrets.mask(revision.assignment, line.text),
  }));
  const failure = describeFailure(thrown, tail);
  const { code, detail } = asBeelineError(thrown);
  context.logger.warn(
    { revision: revision.assignment.revision, replica: replica.id, code, detail },
    `a replica did not start: ${failure.message}`,
  );
  context.say(revision, replica.id, `did not start: ${failure.code}: ${failure.message}`);
  replica.state = 'failed';
  context.metrics.startFailed(revision, failure.code);
  revision.failure = failure;
  const pauseMs = backOff(context, revision);
  const definite = failure.code !== 'INTERNAL_ERROR' || revision.failures >= internalAttempts;
  if (revision.proof === 'pending' && definite) revision.proof = 'failed';
  if ([...revision.replicas.values()].some(isLive)) return;
  revision.pool.refuseWaiting(refuseForFailure(failure, pauseMs));
}

/** Starts one replica and follows it until it is ready, failed or no longer wanted. Never rejects. */
export async function startReplica(context: LocationContext, revision: ServedRevision): Promise<void> {
  const { assignment } = revision;
  const digest = assignment.artifactDigest ?? revision.artifactDigest;
  // An engine is not kept from others for as long as files are fetched, nor spent on a model that just failed.
  const unready = digest === null || revision.proof === 'pending' || revision.failure !== null;
  const pooled = unready ? null : context.pool.take(assignment);
  const replica = newReplica(pooled ?? randomText(12), context.clock.monotonicMs(), pooled !== null);
  revision.replicas.set(replica.id, replica);
  context.changed();
  try {
    await launchReplica(context.launch, assignment, digest, replica, (state, artifact) => {
      replica.state = state;
      if (artifact !== null) revision.artifactDigest = artifact.digest;
      if (state === 'starting') context.say(revision, replica.id, 'starting');
      context.changed();
    });
    recordReady(context, revision, replica);
    context.touch(revision);
    return;
  } catch (thrown) {
    const unwanted =
      thrown instanceof LaunchCancelled ||
      (thrown instanceof BeelineError && thrown.code === 'REPLICA_LOST' && replica.stopSent);
    if (thrown instanceof BeelineError && thrown.code === 'CLAIM_FAILED') {
      context.pool.reportBroken(thrown.message);
      context.say(revision, replica.id, `${thrown.message}; starting another`);
      replica.state = 'gone';
    } else if (unwanted) replica.state = 'gone';
    else recordFailure(context, revision, replica, thrown);
  }
  try {
    await discardInstance(driverOf(context.launch, assignment), replica.id);
  } catch (thrown) {
    const { message, detail } = asBeelineError(thrown);
    context.logger.error({ replica: replica.id, detail }, `a replica could not be removed: ${message}`);
  }
  revision.replicas.delete(replica.id);
  context.changed();
  context.touch(revision);
}
