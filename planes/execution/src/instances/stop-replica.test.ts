import { BeelineError } from '@beeline/core/base';
import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRevisionFixture, type RevisionFixture } from '../testing/revision-fixture.ts';
import type { Replica } from './replica.ts';
import { stopAndForget, stopDrained } from './stop-replica.ts';

let fixture: RevisionFixture;
let replica: Replica;
beforeEach(async () => {
  fixture = await openRevisionFixture();
  const request = fixture.ask();
  const id = await fixture.served(request);
  request.release();
  replica = fixture.revision.replicas.get(id) as Replica;
  fixture.revision.pool.remove(replica);
  replica.state = 'draining';
});
afterEach(() => fixture.close());

test('a drained replica is asked to end once, with its time for that, and is told as draining until it has', async () => {
  stopDrained(fixture.context, fixture.revision, replica);
  stopDrained(fixture.context, fixture.revision, replica);
  expect([fixture.driver.stopped, fixture.driver.graces]).toEqual([[replica.id], [5_000]]);
  expect(replica).toMatchObject({ state: 'draining', stopSent: true });
  const told = fixture.told.length;
  fixture.driver.finishStops();
  await waitFor('it to be forgotten', () => fixture.revision.replicas.size === 0);
  expect(replica.state).toBe('gone');
  expect(fixture.driver.list()).toEqual([]);
  expect(fixture.told.slice(told).at(-1)?.replicas.draining).toBe(0);
});

test('the limit of its draining ends with it', () => {
  let cancelled = 0;
  replica.cancelDrain = () => {
    cancelled += 1;
  };
  stopDrained(fixture.context, fixture.revision, replica);
  expect(cancelled).toBe(1);
});

test('a replica that serves is not stopped', () => {
  replica.state = 'ready';
  stopDrained(fixture.context, fixture.revision, replica);
  expect([fixture.driver.stopped, replica.stopSent]).toEqual([[], false]);
});

test('an instance that is not there any more is forgotten without being asked', async () => {
  await fixture.driver.remove(replica.id);
  await stopAndForget(fixture.context, fixture.revision, replica, 5_000);
  expect(fixture.driver.stopped).toEqual([]);
  expect(fixture.revision.replicas.size).toBe(0);
});

test('one that cannot be ended is forgotten, and the log says so; who waits gets another', async () => {
  const { stop } = fixture.driver;
  const error = new BeelineError('INTERNAL_ERROR', { message: 'it is stuck' });
  fixture.driver.stop = () => Promise.reject(error);
  replica.stopSent = true;
  const waiting = fixture.ask();
  await stopAndForget(fixture.context, fixture.revision, replica, 5_000);
  expect(fixture.logged).toContain('a replica could not be ended: it is stuck');
  expect(fixture.revision.replicas.has(replica.id)).toBe(false);
  expect(await fixture.served(waiting)).not.toBe(replica.id);
  fixture.driver.stop = stop;
});
