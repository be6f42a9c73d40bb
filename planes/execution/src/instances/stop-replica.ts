import { asBeelineError } from '@beeline/core/base';
import { discardInstance } from './discard-instance.ts';
import { driverOf } from './launch-replica.ts';
import type { LocationContext } from './location-context.ts';
import type { Replica } from './replica.ts';
import type { ServedRevision } from './served-revision.ts';

/** Asks the replica's instance to end, waits for that and forgets both. Never rejects. */
export async function stopAndForget(
  context: LocationContext,
  revision: ServedRevision,
  replica: Replica,
  graceMs: number,
): Promise<void> {
  const driver = driverOf(context.launch, revision.assignment);
  try {
    if (driver.list().some(({ id }) => id === replica.id)) await driver.stop(replica.id, graceMs);
    await discardInstance(driver, replica.id);
  } catch (thrown) {
    const { message, detail } = asBeelineError(thrown);
    context.logger.error({ replica: replica.id, detail }, `a replica could not be ended: ${message}`);
  }
  if (replica.state === 'draining') replica.state = 'gone';
  revision.replicas.delete(replica.id);
  context.changed();
  context.touch(revision);
}

/** Ends a draining replica, once; nothing can take it back any more. */
export function stopDrained(context: LocationContext, revision: ServedRevision, replica: Replica): void {
  if (replica.stopSent || replica.state !== 'draining') return;
  replica.stopSent = true;
  replica.cancelDrain?.();
  void stopAndForget(context, revision, replica, replica.graceMs);
}
