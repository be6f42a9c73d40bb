import { expect, it } from 'vitest';
import { newReplica, type Replica } from '../instances/replica.ts';
import { describeProgress } from './describe-progress.ts';

const replica = (changes: Partial<Replica>): Replica => ({ ...newReplica('rep', 0), ...changes });

it.each([
  ['queued', []],
  ['queued', [replica({ state: 'ready' }), replica({ state: 'draining' })]],
  ['fetching', [replica({ state: 'requested' })]],
  ['fetching', [replica({ state: 'fetching' })]],
  ['starting', [replica({ state: 'starting' }), replica({ state: 'fetching' })]],
  ['loading', [replica({ state: 'fetching' }), replica({ state: 'starting', answeredAt: 5 })]],
] as const)('held requests are %s', (phase, replicas) => {
  expect(describeProgress(replicas, 1_200)).toEqual({ phase, startMs: 1_200 });
});
