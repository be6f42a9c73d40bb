import { asBeelineError, sleep } from '@beeline/core/base';
import { type InstanceExit, probeHealth } from '@beeline/drivers/interface';
import { discardInstance } from './discard-instance.ts';
import { driverOf } from './launch-replica.ts';
import type { LocationContext } from './location-context.ts';
import type { Replica } from './replica.ts';
import type { ServedRevision } from './served-revision.ts';
import { backOff, shortLifeMs } from './start-replica.ts';

/** A busy server may refuse connections for a while; one that has ended is noticed by its driver at once. */
const suspectProbes = 5;
const suspectProbeMs = 1_000;
const suspectPauseMs = 500;

async function stopAndForget(
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

/**
 * Takes a replica out of service: no new requests, then the end of those it has or of the time for them, then its
 * stop. Until the stop is sent `reviveReplica` can take it back.
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
    const driver = driverOf(context.launch, revision.assignment);
    if (driver.list().some(({ id }) => id === replica.id)) {
      driver.stop(replica.id, replica.graceMs).catch((thrown) => {
        const { message, detail } = asBeelineError(thrown);
        context.logger.error({ replica: replica.id, detail }, `a replica could not be stopped: ${message}`);
      });
    }
    return;
  }
  const stop = () => {
    if (replica.stopSent || replica.state !== 'draining') return;
    replica.stopSent = true;
    replica.cancelDrain?.();
    void stopAndForget(context, revision, replica, replica.graceMs);
  };
  replica.onDrained = stop;
  replica.cancelDrain = context.clock.setTimer(context.config.replicaDrainTimeout, stop);
  if (replica.inFlight === 0) stop();
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
  replica.stopSent = true;
  replica.cancelDrain?.();
  replica.state = 'failed';
  revision.pool.remove(replica);
  if (context.clock.monotonicMs() - (replica.readyAt ?? 0) < shortLifeMs) backOff(context, revision);
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
    if (replica.state !== 'ready') return;
  }
  loseReplica(context, revision, replica, 'it could not be reached and does not answer');
}
