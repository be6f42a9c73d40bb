import type { WakeProgress } from '@beeline/core/contract';
import type { Replica } from '../instances/replica.ts';

const order = ['queued', 'fetching', 'starting', 'loading'] as const;

function phaseOf(replica: Replica): WakeProgress['phase'] {
  if (replica.state === 'requested' || replica.state === 'fetching') return 'fetching';
  if (replica.state !== 'starting') return 'queued';
  return replica.answeredAt === null ? 'starting' : 'loading';
}

/** Where held requests stand: as far as the replica that is furthest on its way. */
export function describeProgress(replicas: Iterable<Replica>, startMs: number | null): WakeProgress {
  let furthest = 0;
  for (const replica of replicas) furthest = Math.max(furthest, order.indexOf(phaseOf(replica)));
  return { phase: order[furthest] ?? 'queued', startMs };
}
