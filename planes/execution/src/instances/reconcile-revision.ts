import { decideReplicas, planInstances, type ScalePicture } from '@beeline/core/scaling';
import { grantReplicas, measureFullness } from '../scale/grant-replicas.ts';
import { noteScaling } from '../scale/note-scaling.ts';
import { drainReplica, reviveReplica } from './end-replica.ts';
import type { LocationContext } from './location-context.ts';
import { isLive } from './replica.ts';
import { lastUse, type ServedRevision } from './served-revision.ts';
import { startReplica } from './start-replica.ts';
import { stopDrained } from './stop-replica.ts';

/** All that is known for deciding how many replicas a revision should have. */
export function buildScalePicture(revision: ServedRevision, nowMs: number, fullness: number): ScalePicture {
  const { assignment, pool, demand } = revision;
  const replicas = [...revision.replicas.values()];
  const usedAt = lastUse(revision);
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
      // Nobody who comes to a revision that was taken away is served.
      quietMs: revision.withdrawn ? null : reading.quietMs,
      inFlight: pool.inFlight,
      waiting: pool.waiting,
      idleMs: usedAt === null ? null : nowMs - usedAt,
    },
    usage: revision.usage?.read(nowMs, assignment.scaling) ?? null,
    replicas: {
      live: replicas.filter(isLive).length,
      ready: replicas.filter(({ state }) => state === 'ready').length,
      startingForMs: startingSince.length === 0 ? null : nowMs - Math.min(...startingSince),
    },
    learned: { startMs: revision.startMs, serviceMs: revision.serviceMs },
    fullness,
    memory: revision.scaleMemory,
  };
}

/** Decides how many replicas a revision should have, within what the location has room for; changes are kept and told. */
function decide(context: LocationContext, revision: ServedRevision, nowMs: number): number {
  const { replicaLimit } = context.config;
  const fullness = measureFullness(replicaLimit, context.revisions());
  const picture = buildScalePicture(revision, nowMs, fullness);
  const { desired: wanted, reasons, memory } = decideReplicas(picture);
  revision.scaleMemory = memory;
  revision.wanted = wanted;
  const granted = grantReplicas(replicaLimit, context.revisions(), revision);
  const room = `${granted}: the location's limit of ${replicaLimit} is shared`;
  const told = granted === wanted ? reasons : [...reasons, room];
  const at = context.clock.now();
  const from = revision.desired;
  revision.scaling = noteScaling(revision.scaling, { at, from, to: granted, reasons: told });
  if (granted === from) return granted;
  context.metrics.decided(revision, from, granted);
  revision.desired = granted;
  context.changed();
  const { revision: id } = revision.assignment;
  context.decisions.add({ at, revision: id, picture, wanted, granted, reasons });
  context.logger.info({ revision: id, desired: granted }, `${granted} replicas wanted: ${told.join('; ')}`);
  context.logger.debug({ revision: id, picture }, 'what the number of replicas was decided from');
  return granted;
}

const pick = ({ replicas }: ServedRevision, ids: readonly string[]) =>
  ids.flatMap((id) => replicas.get(id) ?? []);

/** Reads how a revision is doing, decides, and begins what has to be done. Level-triggered: may run at any time. */
export function reconcileRevision(context: LocationContext, revision: ServedRevision): void {
  const now = context.clock.monotonicMs();
  const desired = decide(context, revision, now);
  const plan = planInstances({
    replicas: [...revision.replicas.values()],
    desired,
    backoffMs: Math.max(0, revision.retryAt - now),
  });
  for (const replica of pick(revision, plan.revive)) reviveReplica(context, revision, replica);
  for (let count = 0; count < plan.start; count += 1) void startReplica(context, revision);
  for (const { id, reason } of plan.drain) {
    for (const replica of pick(revision, [id])) drainReplica(context, revision, replica, reason);
  }
  for (const replica of pick(revision, plan.stop)) stopDrained(context, revision, replica);
}
