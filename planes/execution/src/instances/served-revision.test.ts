import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRevisionFixture, type RevisionFixture } from '../testing/revision-fixture.ts';
import { isLive, isOnTheWay, newReplica, type Replica } from './replica.ts';
import { countReplicas, describeRevision, lastUse } from './served-revision.ts';

let fixture: RevisionFixture;
beforeEach(async () => {
  fixture = await openRevisionFixture();
});
afterEach(() => fixture.close());

const states = ['requested', 'fetching', 'starting', 'ready', 'draining', 'gone', 'failed'] as const;
const inState = (state: Replica['state']) => Object.assign(newReplica(state, 0), { state });

test('replicas are counted by their state, and those that have ended are not', () => {
  const all = [...states.map(inState), inState('ready')];
  expect(countReplicas(all)).toEqual({ requested: 1, fetching: 1, starting: 1, ready: 2, draining: 1 });
});

test('a replica lives until it drains, and is on the way until it is ready', () => {
  expect(
    states
      .map(inState)
      .filter(isLive)
      .map(({ id }) => id),
  ).toEqual(states.slice(0, 4));
  expect(
    states
      .map(inState)
      .filter(isOnTheWay)
      .map(({ id }) => id),
  ).toEqual(states.slice(0, 3));
});

test('a new replica takes one request at a time, has served none, and is idle from its beginning', () => {
  const replica = newReplica('a', 70);
  expect(replica).toMatchObject({
    ...{ state: 'requested', pooled: false, target: null, inFlight: 0, served: 0, hardConcurrency: 1 },
    ...{ graceMs: 0, readyPath: '/health', requestedAt: 70, idleSince: 70, stopSent: false },
    answeredLately: false,
  });
});

test('the last use is the latest of all that are known', () => {
  const { revision } = fixture;
  expect(lastUse(revision)).toBeNull();
  revision.usedBefore = -500;
  expect(lastUse(revision)).toBe(-500);
  revision.lastReadyAt = 40;
  expect(lastUse(revision)).toBe(40);
  revision.usedBefore = 80;
  expect(lastUse(revision)).toBe(80);
});

test('control is told how a revision does, and of its scaling once something was decided', async () => {
  const { revision } = fixture;
  revision.artifactDigest = 'sha256:1';
  revision.scaling = null;
  expect(describeRevision(revision)).toEqual({
    ...{ revision: 'rev1', proof: 'proved', failure: null, artifactDigest: 'sha256:1' },
    ...{ replicas: countReplicas([]), inFlight: 0, waiting: 0 },
  });
  await fixture.served(fixture.ask());
  expect(describeRevision(revision)).toMatchObject({
    ...{ replicas: { ready: 1 }, inFlight: 1, scaling: { desired: 1 } },
  });
});
