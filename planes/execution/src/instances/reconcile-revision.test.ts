import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRevisionFixture, type RevisionFixture } from '../testing/revision-fixture.ts';
import { buildScalePicture } from './reconcile-revision.ts';
import { newReplica, type Replica } from './replica.ts';

let fixture: RevisionFixture;
beforeEach(async () => {
  fixture = await openRevisionFixture();
});
afterEach(() => fixture.close());

const picture = () => buildScalePicture(fixture.revision, fixture.clock.monotonicMs(), 0.25);

describe('what the number of replicas is decided from', () => {
  test('is empty for a revision to which nothing happened', () => {
    expect(picture()).toMatchObject({
      ...{ nowMs: 0, purpose: 'serve', proof: 'proved', usage: null, fullness: 0.25 },
      bounds: fixture.revision.assignment.scaling,
      demand: { inFlight: 0, waiting: 0, idleMs: null, quietMs: null, stablePerSecond: 0 },
      replicas: { live: 0, ready: 0, startingForMs: null },
      learned: { startMs: null, serviceMs: null },
    });
  });

  test('counts replicas that live and that are ready, and how long the first of the others has been starting', () => {
    const add = (id: string, state: Replica['state'], sinceMs: number) => {
      fixture.revision.replicas.set(id, Object.assign(newReplica(id, sinceMs), { state }));
    };
    add('a', 'ready', 0);
    add('b', 'draining', 100);
    add('c', 'failed', 100);
    const { replicas } = buildScalePicture(fixture.revision, 3_000, 0);
    expect(replicas).toEqual({ live: 1, ready: 1, startingForMs: null });
    add('d', 'starting', 1_000);
    add('e', 'requested', 2_500);
    const later = buildScalePicture(fixture.revision, 3_000, 0);
    expect(later.replicas).toEqual({ live: 3, ready: 1, startingForMs: 2_000 });
    fixture.revision.replicas.clear();
  });

  test('has the requests that run and wait, and since when nobody comes', async () => {
    await fixture.served(fixture.ask());
    await fixture.clock.advance(3_000);
    fixture.ask();
    expect(picture().demand).toMatchObject({ inFlight: 2, waiting: 0, quietMs: 0 });
    fixture.ask();
    fixture.ask();
    fixture.ask();
    expect(picture().demand).toMatchObject({ inFlight: 4, waiting: 1 });
  });

  test('has how long the revision has been idle, since its last request or its last replica', async () => {
    const request = fixture.ask();
    await fixture.served(request);
    await fixture.clock.advance(3_000);
    expect(picture().demand.idleMs).toBe(3_000);
    request.release();
    await fixture.clock.advance(1_000);
    expect(picture().demand.idleMs).toBe(1_000);
  });

  test('remembers how long requests took when there are none any more', async () => {
    const request = fixture.ask();
    await fixture.served(request);
    await fixture.clock.advance(800);
    request.release();
    expect(picture().learned.serviceMs).toBe(800);
    await fixture.clock.advance(3_600_000);
    expect(picture().learned.serviceMs).toBe(800);
  });

  test('of a revision that was taken away is that it retires, and that nobody who comes counts', async () => {
    await fixture.served(fixture.ask());
    expect(picture().demand.quietMs).toBe(0);
    fixture.table.apply({ version: 9, location: 'here', revisions: [] });
    expect(picture()).toMatchObject({ purpose: 'retire', demand: { quietMs: null } });
  });
});

test('a changed number is told to control, kept with what it was decided from, and counted up or down', async () => {
  fixture.look();
  expect(fixture.context.decisions.list()).toEqual([]);
  const request = fixture.ask();
  await fixture.served(request);
  const [decision] = fixture.context.decisions.list();
  expect(decision).toMatchObject({
    ...{ at: fixture.clock.now(), revision: 'rev1', wanted: 1, granted: 1 },
    picture: { demand: { waiting: 1 } },
  });
  expect(fixture.logged.some((line) => line.startsWith('1 replicas wanted: '))).toBe(true);
  expect(fixture.told.some(({ scaling }) => scaling?.desired === 1)).toBe(true);
  fixture.look();
  expect(fixture.context.decisions.list()).toHaveLength(1);
  request.release();
  await fixture.clock.advance(60_000);
  fixture.look();
  expect(fixture.context.decisions.list()).toMatchObject([{ granted: 1 }, { granted: 0 }]);
  const decisions = (direction: string) =>
    new RegExp(`^beeline_location_scaling_decisions_total\\{.*direction="${direction}"\\} 1$`, 'm');
  expect(fixture.scrape()).toMatch(decisions('up'));
  expect(fixture.scrape()).toMatch(decisions('down'));
});

test('a location tells its revisions how full it is', async () => {
  await fixture.close();
  fixture = await openRevisionFixture({ config: { replicaLimit: 4 } });
  fixture.assign({ minReplicas: 2 });
  await waitFor('two replicas', () => fixture.revision.lastReadyAt !== null);
  fixture.assign({ minReplicas: 3 });
  await waitFor('the decision', () => fixture.context.decisions.list().length === 2);
  const fullness = fixture.context.decisions.list().map((decision) => decision.picture.fullness);
  expect(fullness).toEqual([0, 0.5]);
});

test('a replica that is no longer needed drains for a reason that its log tells', async () => {
  const request = fixture.ask();
  await fixture.served(request);
  request.release();
  await fixture.clock.advance(60_000);
  fixture.look();
  expect(fixture.said).toContain('draining: no longer needed, and idle for longest');
});

test('as many replicas are started as are missing, at once, and those that start count', async () => {
  fixture.assign({ minReplicas: 3 });
  await waitFor('them', () => fixture.revision.replicas.size > 0);
  expect(fixture.revision.replicas.size).toBe(3);
  fixture.look();
  expect(fixture.revision.replicas.size).toBe(3);
});
