import { BeelineError, formatDuration } from '@beeline/core/base';
import { probeHealth } from '@beeline/drivers/interface';
import { loseReplica } from '../end-replica.ts';
import { driverOf } from '../launch-replica.ts';
import type { LocationContext } from '../location-context.ts';
import type { Replica } from '../replica.ts';
import type { ServedRevision } from '../served-revision.ts';
import { answering, decideLiveness } from './decide-liveness.ts';

/** Asks whether a server answers: its status, or null when it does not. */
export type Probe = typeof probeHealth;

async function readCpu(
  context: LocationContext,
  revision: ServedRevision,
  id: string,
): Promise<number | null> {
  try {
    return (await driverOf(context.launch, revision.assignment).stats(id)).cpuMs;
  } catch {
    // Whether it works cannot be seen then: it counts as not working.
    return null;
  }
}

function giveUp(
  context: LocationContext,
  revision: ServedRevision,
  replica: Replica,
  silentMs: number,
): void {
  const within = formatDuration(silentMs);
  const error = new BeelineError('REPLICA_LOST', {
    message: `the replica stopped answering (nothing for ${within}) and was ended; send the request again if it may run twice`,
  });
  const held = replica.holds.all();
  loseReplica(context, revision, replica, `it answered no liveness probe for ${within}`);
  for (const hold of held) hold.cut(error);
}

/** Looks whether a ready replica answers, and gives up one that does not any more. Any answer will do. */
async function probeReplica(
  context: LocationContext,
  revision: ServedRevision,
  replica: Replica,
  probe: Probe,
): Promise<void> {
  const { clock, config } = context;
  const { target } = replica;
  if (target === null) return;
  const status = await probe(target, replica.readyPath, config.livenessTimeout);
  if (replica.state !== 'ready') return;
  if (status !== null) {
    replica.liveness = answering;
    return;
  }
  const cpuMs = await readCpu(context, revision, replica.id);
  if (replica.state !== 'ready') return;
  const { memory, silentMs, gone } = decideLiveness(replica.liveness, {
    nowMs: clock.monotonicMs(),
    inFlight: replica.inFlight,
    cpuMs,
    failures: config.livenessFailures,
    busyMs: config.livenessBusyTimeout,
  });
  replica.liveness = memory;
  if (gone) giveUp(context, revision, replica, silentMs + config.livenessTimeout);
}

/** Probes every ready replica of a location that has not finished a request since the last time. */
export async function probeReplicas(context: LocationContext, probe: Probe = probeHealth): Promise<void> {
  const probes: Promise<void>[] = [];
  for (const revision of context.revisions()) {
    for (const replica of revision.replicas.values()) {
      if (replica.state !== 'ready') continue;
      if (replica.answeredLately) replica.liveness = answering;
      else probes.push(probeReplica(context, revision, replica, probe));
      replica.answeredLately = false;
    }
  }
  await Promise.all(probes);
}
