import type { Driver, Instance } from '@beeline/drivers/interface';
import type { AssignmentTable } from './assignment-table.ts';
import { discardInstance } from './discard-instance.ts';
import type { LocationContext } from './location-context.ts';
import { newReplica, type Replica } from './replica.ts';

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
    answeredAt: nowMs,
    readyAt: nowMs,
  };
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
    // How long it has been idle is known from before, if at all.
    if (revision.usedBefore === null) revision.lastReadyAt = replica.readyAt;
    if (revision.proof === 'pending') revision.proof = 'proved';
    revision.pool.add(replica);
    context.say(revision, replica.id, 'taken over after a restart of the location');
    adopted += 1;
  }
  return adopted;
}
