import { shareReplicas } from '@beeline/core/scaling';
import { isLive, type Replica } from '../instances/replica.ts';
import type { ServedRevision } from '../instances/served-revision.ts';

/** Replicas that live, or could without being started: those that drain can be taken back until they are stopped. */
function countOwn({ replicas }: ServedRevision): number {
  const own = (replica: Replica) => isLive(replica) || (replica.state === 'draining' && !replica.stopSent);
  return [...replicas.values()].filter(own).length;
}

/** From 0 to 1; 0 when the location has no limit. */
export function measureFullness(limit: number, revisions: Iterable<ServedRevision>): number {
  if (limit === 0) return 0;
  let held = 0;
  for (const { replicas } of revisions) held += replicas.size;
  return Math.min(1, held / limit);
}

/**
 * What of the replicas that a revision wants the location has room for. Its fair share may be more than what is free
 * now: until others have given theirs back, it starts no more than fit.
 */
export function grantReplicas(
  limit: number,
  all: Iterable<ServedRevision>,
  revision: ServedRevision,
): number {
  if (limit === 0) return revision.wanted;
  const revisions = [...all];
  const claims = revisions.map(({ assignment, wanted, pool }) => ({
    id: assignment.revision,
    wanted,
    busy: pool.inFlight + pool.waiting > 0,
  }));
  const share = shareReplicas(limit, claims).get(revision.assignment.revision) ?? 0;
  const held = revisions.reduce((sum, { replicas }) => sum + replicas.size, 0);
  return Math.min(share, countOwn(revision) + Math.max(0, limit - held));
}
