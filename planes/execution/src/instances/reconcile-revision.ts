import { decideReplicas, planInstances, type ScalePicture } from '@beeline/core/scaling';
import { drainReplica, reviveReplica } from './end-replica.ts';
import type { LocationContext } from './location-context.ts';
import { isLive } from './replica.ts';
import type { ServedRevision } from './served-revision.ts';
import { startReplica } from './start-replica.ts';

/** All that is known for deciding how many replicas a revision should have. */
export function buildScalePicture(revision: ServedRevision, nowMs: number): ScalePicture {
  const { assignment, pool, demand } = revision;
  const replicas = [...revision.replicas.values()];
  const lastUse = Math.max(pool.lastReleaseAt ?? -1, revision.lastReadyAt ?? -1);
  const reading = demand.read(nowMs, assignment.scaling.stableWindowMs);
  revision.serviceMs = reading.serviceMs ?? revision.serviceMs;
  const startingSince = replicas.flatMap((one) =>
    isLive(one) && one.state !== 'ready' ? one.requestedAt : [],
  );
  return {
    nowMs,
    purpose: revision.withdrawn ? 'retire' : assignment.purpose,
    proof: revision.proof,
    bounds: assignment.scaling,
    demand: {
      ...reading,
      inFlight: pool.inFlight,
      waiting: pool.waiting,
      idleMs: lastUse < 0 ? null : nowMs - lastUse,
    },
    replicas: {
      live: replicas.filter(isLive).length,
      ready: replicas.filter(({ state }) => state === 'ready').length,
      startingForMs: startingSince.length === 0 ? null : nowMs - Math.min(...startingSince),
    },
    learned: { startMs: revision.startMs, serviceMs: revision.serviceMs },
    fullness: 0,
    memory: revision.scaleMemory,
  };
}

/** Reads how a revision is doing, decides, and begins what has to be done. Level-triggered: may run at any time. */
export function reconcileRevision(context: LocationContext, revision: ServedRevision): void {
  const now = context.clock.monotonicMs();
  const picture = buildScalePicture(revision, now);
  const { desired, reasons, memory } = decideReplicas(picture);
  revision.scaleMemory = memory;
  if (desired !== revision.desired) {
    context.metrics.decided(revision, revision.desired, desired);
    revision.desired = desired;
    context.logger.info(
      { revision: revision.assignment.revision, desired, picture },
      `${desired} replicas wanted: ${reasons.join('; ')}`,
    );
  }
  const plan = planInstances({
    replicas: [...revision.replicas.values()],
    desired,
    backoffMs: Math.max(0, revision.retryAt - now),
  });
  for (const id of plan.revive) {
    const replica = revision.replicas.get(id);
    if (replica !== undefined) reviveReplica(context, revision, replica);
  }
  for (let count = 0; count < plan.start; count += 1) void startReplica(context, revision);
  for (const { id, reason } of plan.drain) {
    const replica = revision.replicas.get(id);
    if (replica !== undefined) drainReplica(context, revision, replica, reason);
  }
}
