import { asBeelineError, sleep } from '@beeline/core/base';
import { type InstanceExit, probeHealth } from '@beeline/drivers/interface';
import { driverOf, LaunchCancelled } from './launch-replica.ts';
import { limitDrain } from './limit-drain.ts';
import type { LocationContext } from './location-context.ts';
import type { Replica } from './replica.ts';
import type { ServedRevision } from './served-revision.ts';
import { backOff, shortLifeMs } from './start-replica.ts';
import { stopAndForget, stopDrained } from './stop-replica.ts';

/** A busy server may refuse connections for a while; one that has ended is noticed by its driver at once. */
const suspectProbes = 5;
const suspectProbeMs = 1_000;
const suspectPauseMs = 500;

/**
 * Takes a replica out of service: no new requests, then the end of those it has, or their cut when their time is
 * over, then its stop. Until the stop is sent `reviveReplica` can take it back.
 */
export function drainReplica(
  context: LocationContext,
  revision: ServedRevision,
  replica: Replica,
  reason: string,
): void {
  const wasReady = replica.state === 'ready';
  replica.state = 'draining';
  revision.pool.remove(replica);
  context.say(revision, replica.id, `draining: ${reason}`);
  context.changed();
  if (!wasReady) {
    // Whoever starts it sees the state, or the end of its process, and cleans up.
    replica.stopSent = true;
    replica.unwanted.abort(new LaunchCancelled(`replica ${replica.id} is no longer wanted`));
    const driver = driverOf(context.launch, revision.assignment);
    if (driver.list().some(({ id }) => id === replica.id)) {
      driver.stop(replica.id, replica.graceMs).catch((thrown) => {
        const { message, detail } = asBeelineError(thrown);
        context.logger.error({ replica: replica.id, detail }, `a replica could not be stopped: ${message}`);
      });
    }
    return;
  }
  // Somebody who came meanwhile may need it: then the next look takes it back, or stops it.
  replica.onDrained = () => {
    if (revision.pool.waiting > 0) context.touch(revision);
    else stopDrained(context, revision, replica);
  };
  replica.drainingSince = context.clock.monotonicMs();
  if (replica.inFlight === 0) replica.onDrained();
  else limitDrain(context, revision, replica);
}

/** Takes a draining replica back into service. */
export function reviveReplica(context: LocationContext, revision: ServedRevision, replica: Replica): void {
  replica.cancelDrain?.();
  replica.onDrained = null;
  replica.state = 'ready';
  context.say(revision, replica.id, 'needed again before it was stopped');
  revision.pool.add(replica);
  context.changed();
}

function describeEnd({ cause, code, signal }: InstanceExit): string {
  if (cause === 'oom') return 'was ended by the system for want of memory';
  if (signal !== null) return `was ended by ${signal}`;
  return code === null ? 'ended' : `exited with code ${code}`;
}

/** A replica that served is there no longer: nothing is sent to it, and another takes its place if it is needed. */
export function loseReplica(
  context: LocationContext,
  revision: ServedRevision,
  replica: Replica,
  end: InstanceExit | string,
): void {
  if (replica.stopSent || (replica.state !== 'ready' && replica.state !== 'draining')) return;
  const text = typeof end === 'string' ? end : `the model server ${describeEnd(end)}`;
  context.logger.warn(
    { revision: revision.assignment.revision, replica: replica.id },
    `a replica was lost: ${text}`,
  );
  context.say(revision, replica.id, `lost: ${text}`);
  replica.cancelDrain?.();
  replica.state = 'failed';
  revision.pool.remove(replica);
  const now = context.clock.monotonicMs();
  if (now - (replica.readyAt ?? now) < shortLifeMs) backOff(context, revision);
  context.changed();
  void stopAndForget(context, revision, replica, 0);
}

/** Looks whether a replica that could not be reached is there, and takes it back or gives it up. */
export async function checkSuspect(
  context: LocationContext,
  revision: ServedRevision,
  replica: Replica,
): Promise<void> {
  const { target } = replica;
  if (target === null || replica.state !== 'ready' || !revision.pool.remove(replica)) return;
  for (let attempt = 0; attempt < suspectProbes; attempt += 1) {
    const status = await probeHealth(target, replica.readyPath, suspectProbeMs);
    if (replica.state !== 'ready') return;
    if (status === 200) {
      revision.pool.add(replica);
      return;
    }
    await sleep(context.clock, suspectPauseMs);
  }
  loseReplica(context, revision, replica, 'it could not be reached and does not answer');
}
