import { waitFor } from '@beeline/core/testing';
import type { InstanceExit, StartedInstance } from '@beeline/drivers/interface';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRevisionFixture, type RevisionFixture } from '../testing/revision-fixture.ts';
import { drainReplica, loseReplica } from './end-replica.ts';
import type { Replica } from './replica.ts';

let fixture: RevisionFixture;
beforeEach(async () => {
  fixture = await openRevisionFixture();
});
afterEach(() => fixture.close());

const replicas = () => [...fixture.revision.replicas.values()];
const drain = (replica: Replica) => drainReplica(fixture.context, fixture.revision, replica, 'for a test');
const lose = (replica: Replica, end: InstanceExit | string) =>
  loseReplica(fixture.context, fixture.revision, replica, end);
const toldLast = () => fixture.told.at(-1)?.replicas;

/** A ready replica that works on a request. */
async function serving() {
  const request = fixture.ask();
  const id = await fixture.served(request);
  const replica = fixture.revision.replicas.get(id);
  if (replica === undefined) throw new Error('it is gone');
  return { request, replica };
}

describe('a replica that drains before it is ready', () => {
  /** The second replica of a revision, whose start ends when the test says so. */
  async function starting() {
    await serving();
    let finish: (started: StartedInstance) => void = () => {};
    const { start } = fixture.driver;
    fixture.driver.start = async (id) => {
      await start(id);
      return new Promise((resolve) => {
        finish = resolve;
      });
    };
    fixture.assign({ minReplicas: 2 });
    const replica = await waitFor('the second replica', () =>
      replicas().find(({ state }) => state === 'starting'),
    );
    await waitFor('its instance', () => fixture.driver.list().length === 2);
    fixture.driver.start = start;
    const endpoint = { socketPath: '/run/second' };
    return { replica, ready: () => finish({ endpoint, answeredMs: 1, readyMs: 2 }) };
  }

  test('is asked to end at once, with its time for that, and what runs for it is given up', async () => {
    const { replica, ready } = await starting();
    drain(replica);
    expect([fixture.driver.stopped, fixture.driver.graces]).toEqual([[replica.id], [5_000]]);
    expect(replica.unwanted.signal.reason).toMatchObject({ name: 'LaunchCancelled' });
    expect(toldLast()).toMatchObject({ ready: 1, draining: 1 });
    expect(fixture.said).toContain('draining: for a test');
    ready();
  });

  test('never serves, even when it is ready in the next moment, and that is no failure', async () => {
    const { replica, ready } = await starting();
    fixture.assign();
    drain(replica);
    ready();
    await waitFor('its end', () => {
      fixture.driver.finishStops();
      return replicas().length === 1;
    });
    expect(replica.state).toBe('gone');
    expect(fixture.revision).toMatchObject({ failures: 0, failure: null });
    expect(toldLast()).toMatchObject({ ready: 1, draining: 0 });
  });

  test('is not taken back', async () => {
    const { replica, ready } = await starting();
    drain(replica);
    fixture.look();
    expect(replica.state).toBe('draining');
    expect(replicas()).toHaveLength(3);
    ready();
  });

  test('has nothing to stop while its files are fetched', async () => {
    fixture.ask();
    fixture.look();
    const [replica] = replicas();
    if (replica === undefined) throw new Error('nothing starts');
    drain(replica);
    expect([fixture.driver.stopped, fixture.driver.list()]).toEqual([[], []]);
    expect(fixture.logged.join('\n')).not.toContain('could not be stopped');
    await waitFor('its end', () => replica.state === 'gone');
  });

  test('that cannot be stopped is told in the log', async () => {
    const { replica, ready } = await starting();
    const { stop } = fixture.driver;
    fixture.driver.stop = () => Promise.reject(new Error('no such process'));
    drain(replica);
    await waitFor('the line', () => fixture.logged.some((line) => /could not be stopped/.test(line)));
    fixture.driver.stop = stop;
    ready();
  });
});

test('a replica that drains takes no request, and control hears of it', async () => {
  const { replica } = await serving();
  drain(replica);
  expect(toldLast()).toMatchObject({ ready: 0, draining: 1 });
  const late = fixture.ask();
  expect(late.lease).toBeNull();
  expect(await fixture.served(late)).toBe(replica.id);
  expect(fixture.told.some((one) => one.replicas.ready === 1 && one.replicas.draining === 0)).toBe(true);
  expect(toldLast()).toMatchObject({ ready: 1, draining: 0 });
});

test('a replica that was taken back is not stopped when its requests end', async () => {
  const { request, replica } = await serving();
  drain(replica);
  const late = fixture.ask();
  await fixture.served(late);
  request.release();
  late.release();
  await fixture.clock.advance(2_000);
  expect(fixture.driver.stopped).toEqual([]);
  expect(replica.state).toBe('ready');
});

describe('a replica that is lost', () => {
  const ended = { cause: 'exited', code: null, signal: null } as const;
  test.each<[string, InstanceExit | string]>([
    ['nobody knows where it is', 'nobody knows where it is'],
    ['the model server ended', ended],
    ['the model server exited with code 0', { ...ended, code: 0 }],
    ['the model server exited with code 3', { ...ended, code: 3 }],
    ['the model server was ended by SIGSEGV', { ...ended, signal: 'SIGSEGV' }],
    [
      'the model server was ended by the system for want of memory',
      { ...ended, cause: 'oom', signal: 'SIGKILL' },
    ],
  ])('says why: %s', async (text, end) => {
    const { replica } = await serving();
    lose(replica, end);
    expect(fixture.said).toContain(`lost: ${text}`);
    expect(fixture.logged).toContain(`a replica was lost: ${text}`);
  });

  test('gets no request, has its process ended at once, and is forgotten', async () => {
    const { request, replica } = await serving();
    lose(replica, ended);
    expect([fixture.driver.stopped, fixture.driver.graces]).toEqual([[replica.id], [0]]);
    expect(toldLast()).toMatchObject({ ready: 0, draining: 0 });
    expect(fixture.ask().lease).toBeNull();
    fixture.driver.finishStops();
    await waitFor('it to be forgotten', () => !fixture.revision.replicas.has(replica.id));
    expect(replica.state).toBe('failed');
    expect(fixture.driver.list().some(({ id }) => id === replica.id)).toBe(false);
    request.release();
    expect(fixture.driver.stopped).toEqual([replica.id]);
  });

  test.each([
    ['soon after it was ready, after a pause', 9_999, 1],
    ['later, at once', 10_000, 0],
  ])('is replaced, %s', async (_when, livedMs, failures) => {
    const { replica } = await serving();
    await fixture.clock.advance((replica.readyAt ?? 0) + livedMs - fixture.clock.monotonicMs());
    lose(replica, ended);
    expect(fixture.revision.failures).toBe(failures);
    const waiting = fixture.ask();
    await fixture.clock.advance(0);
    expect(replicas()).toHaveLength(failures === 0 ? 2 : 1);
    await fixture.clock.advance(500);
    expect(await fixture.served(waiting)).not.toBe(replica.id);
  });

  test('is lost once, and not while it is being stopped', async () => {
    const { replica } = await serving();
    lose(replica, ended);
    lose(replica, ended);
    expect(fixture.said.filter((line) => line.startsWith('lost'))).toHaveLength(1);
    await fixture.clock.advance(500);
    const other = await serving();
    other.request.release();
    drain(other.replica);
    lose(other.replica, ended);
    expect(fixture.said.filter((line) => line.startsWith('lost'))).toHaveLength(1);
    expect(other.replica.state).toBe('draining');
  });

  test('while it drains with requests is not cut again when its time is over', async () => {
    const { request, replica } = await serving();
    drain(replica);
    const { pendingTimers } = fixture.clock;
    lose(replica, ended);
    // The limit of its draining has gone, and the pause before the next start has come.
    expect(fixture.clock.pendingTimers).toBe(pendingTimers);
    expect(fixture.said).toContain('lost: the model server ended');
    await fixture.clock.advance(400_000);
    expect(request.cut).toBeNull();
  });
});
