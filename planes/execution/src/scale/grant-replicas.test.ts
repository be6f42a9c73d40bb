import type { ReplicaState } from '@beeline/core/scaling';
import { describe, expect, test } from 'vitest';
import { newReplica, type Replica } from '../instances/replica.ts';
import type { ServedRevision } from '../instances/served-revision.ts';
import { buildAssignment } from '../testing/location-fixture.ts';
import { grantReplicas, measureFullness } from './grant-replicas.ts';

interface Sketch {
  readonly wanted?: number;
  readonly waiting?: number;
  readonly inFlight?: number;
  readonly states?: readonly ReplicaState[];
  readonly stopSent?: boolean;
}

/** A revision, as far as it is looked at here. */
function revision(id: string, sketch: Sketch): ServedRevision {
  const { wanted = 0, waiting = 0, inFlight = 0, states = [], stopSent = false } = sketch;
  const replicas = states.map((state, index): [string, Replica] => [
    `${id}-${index}`,
    { ...newReplica(`${id}-${index}`, 0), state, stopSent },
  ]);
  return {
    ...{ assignment: buildAssignment('/m', { revision: id }), wanted, replicas: new Map(replicas) },
    pool: { waiting, inFlight },
  } as unknown as ServedRevision;
}

describe('of the replicas that a revision wants', () => {
  const grant = (limit: number, ...all: ServedRevision[]) => {
    const [first] = all;
    return first === undefined ? undefined : grantReplicas(limit, all, first);
  };

  test('all are granted when the location has no limit', () => {
    expect(grant(0, revision('a', { wanted: 40 }))).toBe(40);
  });

  test('no more than the limit are granted', () => {
    expect(grant(2, revision('a', { wanted: 5 }))).toBe(2);
    expect(grant(1, revision('a', { wanted: 5 }))).toBe(1);
  });

  test('its fair share is granted only as far as others have left room', () => {
    const other = revision('b', { wanted: 4, states: ['ready', 'ready', 'ready'] });
    expect(grant(4, revision('a', { wanted: 4 }), other)).toBe(1);
    expect(grant(3, revision('a', { wanted: 4 }), other)).toBe(0);
  });

  test('those that it has count, and those that drain as long as they can be taken back', () => {
    const other = revision('b', { wanted: 2, states: ['ready', 'ready'] });
    const has = (states: readonly ReplicaState[], stopSent = false) =>
      grant(4, revision('a', { wanted: 4, states, stopSent }), other);
    expect(has(['ready', 'starting'])).toBe(2);
    expect(has(['ready', 'draining'])).toBe(2);
    expect(has(['draining', 'draining'], true)).toBe(0);
    expect(has(['failed', 'gone'])).toBe(0);
  });

  test.each([
    ['waiting', { waiting: 1 }],
    ['running', { inFlight: 1 }],
    ['waiting and running', { waiting: 1, inFlight: 1 }],
  ])('one with requests %s comes before one that only keeps warm', (_what, demand) => {
    const idle = revision('a', { wanted: 1 });
    const busy = revision('b', { wanted: 1, ...demand });
    expect([grant(1, idle, busy), grant(1, busy, idle)]).toEqual([0, 1]);
  });
});

describe('a location', () => {
  test('without a limit is never full', () => {
    expect(measureFullness(0, [revision('a', { states: ['ready'] })])).toBe(0);
  });

  test('is as full as the part of its limit that replicas of all revisions hold, and at most full', () => {
    const two = [revision('a', { states: ['ready'] }), revision('b', { states: ['draining'] })];
    expect([measureFullness(8, two), measureFullness(2, two), measureFullness(1, two)]).toEqual([0.25, 1, 1]);
    expect(measureFullness(4, [])).toBe(0);
  });
});
