import type { Driver, Instance } from '@beeline/drivers/interface';
import type { AssignmentTable } from './assignment-table.ts';
import { discardInstance } from './discard-instance.ts';
import type { LocationContext } from './location-context.ts';
import { newReplica, type Replica } from './replica.ts';
import type { ServedRevision } from './served-revision.ts';

/** A replica made from what its labels say. */
export function adoptedReplica(instance: Instance, nowMs: number): Replica {
  const { labels } = instance;
  return {
    ...newReplica(instance.id, nowMs),
    state: 'ready',
    target: instance.endpoint,
    hardConcurrency: Number(labels.hardConcurrency ?? 1),
    graceMs: Number(labels.graceMs ?? 0),
    readyPath: labels.readyPath ?? '/health',
    // What it worked on is not known: it is not taken for one that nobody needed.
    served: 1,
    answeredAt: nowMs,
    readyAt: nowMs,
  };
}

/**
 * Whether what was saved tells since when the revision is idle: not when its replica was started after that, for a
 * request that nobody had time to note.
 */
function knowsUseOf(
  { recall }: LocationContext,
  { assignment }: ServedRevision,
  { labels }: Instance,
): boolean {
  const { lastUseOnWall } = recall(assignment.revision);
  return lastUseOnWall !== null && lastUseOnWall >= Number(labels.startedAt ?? 0);
}

/** Takes over the replicas that outlived the location's last run, and ends those that nobody is assigned. */
export async function adoptReplicas(
  context: LocationContext,
  table: AssignmentTable,
  driver: Driver,
): Promise<number> {
  let adopted = 0;
  for (const instance of await driver.reconcile({ location: context.launch.location })) {
    const revision = table.revisions.get(instance.labels.revision ?? '');
    if (revision === undefined || instance.endpoint === null) {
      await discardInstance(driver, instance.id);
      continue;
    }
    const replica = adoptedReplica(instance, context.clock.monotonicMs());
    revision.replicas.set(replica.id, replica);
    revision.artifactDigest ??= instance.labels.artifact ?? null;
    if (!knowsUseOf(context, revision, instance)) revision.lastReadyAt = replica.readyAt;
    if (revision.proof === 'pending') revision.proof = 'proved';
    revision.pool.add(replica);
    context.say(revision, replica.id, 'taken over after a restart of the location');
    adopted += 1;
  }
  return adopted;
}
