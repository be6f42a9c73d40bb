import { expect, test } from 'vitest';
import {
  type InstancesPicture,
  type InstancesPlan,
  orderVictims,
  planInstances,
  type ReplicaPicture,
} from './plan-instances.ts';

const replica = (id: string, change: Partial<ReplicaPicture> = {}): ReplicaPicture => ({
  id,
  state: 'ready',
  inFlight: 0,
  served: 1,
  idleSince: 0,
  stopSent: false,
  ...change,
});
const draining = (id: string, change: Partial<ReplicaPicture> = {}) =>
  replica(id, { state: 'draining', inFlight: 1, ...change });

interface Expected {
  readonly start?: number;
  readonly revive?: readonly string[];
  readonly drain?: readonly string[];
  readonly stop?: readonly string[];
}

const cases: readonly (readonly [string, Partial<InstancesPicture>, Expected])[] = [
  ['what is missing is started', { desired: 2 }, { start: 2 }],
  ['those on the way count', { desired: 2, replicas: [replica('a', { state: 'fetching' })] }, { start: 1 }],
  ['nothing is started during a pause after failures', { desired: 2, backoffMs: 10 }, {}],
  ['enough is enough', { desired: 1, replicas: [replica('a')] }, {}],
  [
    'a draining one is taken back first',
    { desired: 2, replicas: [draining('a')] },
    { revive: ['a'], start: 1 },
  ],
  [
    'a draining one is taken back even during a pause',
    { desired: 1, backoffMs: 10, replicas: [draining('a')] },
    { revive: ['a'] },
  ],
  [
    'one that was told to stop is not taken back',
    { desired: 1, replicas: [draining('a', { stopSent: true })] },
    { start: 1 },
  ],
  [
    'one that has failed counts for nothing',
    { desired: 1, replicas: [replica('a', { state: 'failed' })] },
    { start: 1 },
  ],
  [
    'one that is not ready goes first',
    { desired: 1, replicas: [replica('a', { served: 0 }), replica('b', { state: 'starting' })] },
    { drain: ['b'] },
  ],
  [
    'then one that never served',
    { desired: 1, replicas: [replica('a'), replica('b', { served: 0, idleSince: 9 })] },
    { drain: ['b'] },
  ],
  [
    'then the one that was idle for longest',
    { desired: 1, replicas: [replica('a', { idleSince: 7 }), replica('b', { idleSince: 3 })] },
    { drain: ['b'] },
  ],
  [
    'one that works goes last, the least busy first',
    { desired: 1, replicas: [replica('a', { inFlight: 2 }), replica('b', { inFlight: 1 }), replica('c')] },
    { drain: ['c', 'b'] },
  ],
  [
    'of draining ones that with the fewest requests is taken back',
    { desired: 1, replicas: [draining('a', { inFlight: 3 }), draining('b', { inFlight: 0 })] },
    { revive: ['b'] },
  ],
  [
    'a draining one that has nothing left to do is stopped when nobody takes it back',
    { desired: 1, replicas: [replica('a'), draining('b', { inFlight: 0 }), draining('c')] },
    { stop: ['b'] },
  ],
  [
    'one that was told to stop is not told again',
    { replicas: [draining('a', { inFlight: 0, stopSent: true })] },
    {},
  ],
  ['draining ones are left alone', { desired: 0, replicas: [draining('a'), replica('b')] }, { drain: ['b'] }],
];

test.each(cases)('%s', (_name, change, expected) => {
  const plan: InstancesPlan = planInstances({ replicas: [], desired: 0, backoffMs: 0, ...change });
  expect(plan.start).toBe(expected.start ?? 0);
  expect(plan.revive).toEqual(expected.revive ?? []);
  expect(plan.drain.map(({ id }) => id)).toEqual(expected.drain ?? []);
  expect(plan.stop).toEqual(expected.stop ?? []);
  for (const { reason } of plan.drain) expect(reason).toContain('no longer needed');
});

test.each<readonly [string, readonly ReplicaPicture[], string]>([
  [
    'the less a start has come along, the sooner it goes',
    [
      replica('starting', { state: 'starting' }),
      replica('fetching', { state: 'fetching' }),
      replica('requested', { state: 'requested' }),
    ],
    'requested fetching starting',
  ],
  [
    'the whole order',
    [
      replica('busy', { inFlight: 5 }),
      replica('less-busy', { inFlight: 1, served: 0 }),
      replica('idle', { idleSince: 8 }),
      replica('longer-idle', { idleSince: 2 }),
      replica('unserved', { served: 0, idleSince: 9 }),
      replica('starting', { state: 'starting', served: 0 }),
    ],
    'starting unserved longer-idle idle less-busy busy',
  ],
  [
    'of those that never served the one that was ready first',
    [replica('a', { served: 0, idleSince: 7 }), replica('b', { served: 0, idleSince: 3 })],
    'b a',
  ],
  ['equals keep their order', [replica('a'), replica('b'), replica('c')], 'a b c'],
])('who goes first: %s', (_name, replicas, expected) => {
  expect(
    orderVictims(replicas)
      .map(({ id }) => id)
      .join(' '),
  ).toBe(expected);
});
