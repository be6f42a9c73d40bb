import { systemClock } from '@beeline/core/base';
import type { AssignmentsMessage, FeedClient, ObservedRevision, RouteEntry } from '@beeline/core/contract';
import type { Model, Revision } from '@beeline/core/resources';
import { waitFor } from '@beeline/core/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../store/open-store.ts';
import { modelDocument, observedMessage, observedRevision } from '../testing/documents.ts';
import { emptyStore } from '../testing/empty-store.ts';
import { openTestStore } from '../testing/open-test-store.ts';
import { startTestControl, type TestControl } from '../testing/start-test-control.ts';

/** How far the platform's clock is ahead of the real one. */
let aheadMs = 0;
const clock = { ...systemClock, now: () => systemClock.now() + aheadMs };

let store: Store;
let control: TestControl;
let location: FeedClient;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await emptyStore(store);
  aheadMs = 0;
  control = await startTestControl(store, { clock });
  location = control.feed('local');
});
afterEach(() => control.close());

const ready = { requested: 0, fetching: 0, starting: 0, ready: 1, draining: 0 };
const failure = { code: 'LOAD_FAILED', message: 'the weights are cut short', logTail: ['boom'] } as const;

async function assignments(): Promise<AssignmentsMessage> {
  const message = await location.pullAssignments(0, 0);
  if (message === null) throw new Error('a pull after version 0 always has a snapshot');
  return message;
}

async function assigned(count: number): Promise<AssignmentsMessage> {
  return await waitFor(`${count} assignments`, async () => {
    const message = await assignments();
    return message.revisions.length === count ? message : null;
  });
}

async function route(): Promise<RouteEntry | undefined> {
  const message = await control.feed('gateway-1').pullRoutes(0, 0);
  return message?.routes[0];
}

async function report(...revisions: readonly ObservedRevision[]): Promise<void> {
  await location.reportObserved(observedMessage('local', (await assignments()).version, revisions));
}

const read = async () => (await control.call('GET', '/v0/models/m')).body as Model;

async function reaches(status: string): Promise<Model> {
  return await waitFor(status, async () => {
    const model = await read();
    return model.status === status && model.observed.generation === model.metadata.generation ? model : null;
  });
}

async function deploy(): Promise<string> {
  await control.call('POST', '/v0/models', modelDocument('m'));
  const message = await assigned(1);
  const revision = message.revisions[0]?.revision ?? '';
  await report(observedRevision(revision, { replicas: ready }));
  await reaches('DEPLOYED');
  return revision;
}

const update = (changes: Record<string, unknown>) =>
  control.call('PUT', '/v0/models/m', modelDocument('m', changes));

describe('the life of a deployment', () => {
  it('a first revision that fails leaves the route closed with the reason', async () => {
    await control.call('POST', '/v0/models', modelDocument('m'));
    const revision = (await assigned(1)).revisions[0]?.revision ?? '';
    await report(observedRevision(revision, { proof: 'failed', failure }));
    const model = await reaches('FAILED');
    expect(model.events.at(-1)?.message).toMatch(/nothing serves\. LOAD_FAILED: the weights.*\n.*\nboom/);
    expect(model.observed.activeRevision).toBeNull();
    expect(await route()).toMatchObject({ state: 'unavailable', retryable: false, targets: [] });
    await assigned(0);
  });

  it('a first revision that failed at its location is tried again there, and says when', async () => {
    await control.call('POST', '/v0/models', modelDocument('m'));
    const revision = (await assigned(1)).revisions[0]?.revision ?? '';
    const noSpace = { code: 'INTERNAL_ERROR', message: 'no space is left', logTail: [] };
    await report(observedRevision(revision, { proof: 'failed', failure: noSpace }));
    const failed = await reaches('FAILED');
    expect(failed.events.at(-1)?.message).toMatch(
      /; it is tried again in 10s\. INTERNAL_ERROR: no space is left$/,
    );
    expect(await route()).toMatchObject({
      state: 'unavailable',
      retryable: true,
      reason: expect.stringMatching(/no space is left; it is tried again in 10s$/),
    });
    await assigned(0);
    await report();
    aheadMs = 10_000;
    const again = await assigned(1);
    expect(again.revisions[0]).toMatchObject({ revision, proof: 'needed', attempt: 1 });
    expect((await read()).status).toBe('DEPLOYING');
    expect(await route()).toMatchObject({ state: 'serving' });
    await report(observedRevision(revision, { replicas: ready }));
    await reaches('DEPLOYED');
  });

  it('a revision that fails at one of two locations is served by the other', async () => {
    const other = control.feed('other');
    for (const [name, feed] of [
      ['local', location],
      ['other', other],
    ] as const) {
      await feed.reportObserved(observedMessage(name, 0, []));
    }
    await control.call('POST', '/v0/models', modelDocument('m'));
    const message = await assigned(1);
    const revision = message.revisions[0]?.revision ?? '';
    expect((await route())?.targets[0]?.locations).toEqual(['local', 'other']);
    await other.reportObserved(
      observedMessage('other', message.version, [observedRevision(revision, { proof: 'failed', failure })]),
    );
    await report(observedRevision(revision, { replicas: ready }));
    const model = await reaches('DEPLOYED');
    expect(model.events.at(-1)?.message).toMatch(
      /Location other does not serve it; it is tried again in 10s: LOAD_FAILED: the weights are cut short$/,
    );
    expect((await route())?.targets[0]?.locations).toEqual(['local']);
    expect((await other.pullAssignments(0, 0))?.revisions).toEqual([]);
  });

  it('an update that fails leaves the old revision serving, and a later update tries again', async () => {
    const one = await deploy();
    await update({ runtime: { model: 'file:/models/two' } });
    const two = (await assigned(2)).revisions[1]?.revision ?? '';
    await report(observedRevision(one), observedRevision(two, { proof: 'failed', failure }));
    const model = await reaches('FAILED');
    expect(model.events.at(-1)?.message).toMatch(/Revision 2 failed; revision 1 goes on serving/);
    expect(await route()).toMatchObject({ state: 'serving', targets: [{ revision: one }] });
    expect((await assigned(1)).revisions[0]?.revision).toBe(one);
    const { body } = await control.call('GET', '/v0/models/m/revisions');
    expect((body as Revision[]).map(({ number, status, active }) => [number, status, active])).toEqual([
      [2, 'FAILED', false],
      [1, 'DEPLOYED', true],
    ]);

    await update({ runtime: { model: 'file:/models/three' } });
    const three = (await assigned(2)).revisions[1];
    expect(three).toMatchObject({ number: 3, proof: 'needed' });
    await report(observedRevision(one), observedRevision(three?.revision ?? ''));
    await reaches('DEPLOYED');
    expect(await route()).toMatchObject({ targets: [{ revision: three?.revision }] });
  });

  it('deactivated it has no route and no assignment; activated again it serves the same revision at once', async () => {
    const revision = await deploy();
    await update({ enabled: false });
    await assigned(0);
    expect(await route()).toMatchObject({ state: 'deactivated', retryable: false, targets: [] });
    expect((await read()).status).toBe('DEACTIVATING');
    await report(observedRevision(revision, { replicas: { ...ready, ready: 0, draining: 1 } }));
    expect((await read()).observed.replicas).toEqual({ starting: 0, ready: 0, draining: 1 });
    await report();
    await reaches('DEACTIVATED');

    await update({ enabled: true });
    expect((await assigned(1)).revisions[0]).toMatchObject({ revision, proof: 'done' });
    expect(await route()).toMatchObject({ state: 'serving', targets: [{ revision }] });
    await reaches('DEPLOYED');
  });

  it('changed bounds of scaling reach the location without a new revision', async () => {
    const revision = await deploy();
    await update({ serverlessConfig: { maxNumReplicas: 9, drainTimeout: '20s' } });
    const message = await waitFor('the new bounds', async () => {
      const next = await assignments();
      return next.revisions[0]?.scaling.maxReplicas === 9 ? next : null;
    });
    expect(message.revisions.map((each) => each.revision)).toEqual([revision]);
    expect(message.revisions[0]?.drainTimeoutMs).toBe(20_000);
  });

  it('deleted it is gone once the location has nothing of it', async () => {
    const revision = await deploy();
    expect((await control.call('DELETE', '/v0/models/m')).status).toBe(200);
    await assigned(0);
    expect(await route()).toBeUndefined();
    await report(observedRevision(revision, { replicas: { ...ready, ready: 0, draining: 1 } }));
    expect((await read()).status).toBe('DELETING');
    await report();
    await waitFor('404', async () => (await control.call('GET', '/v0/models/m')).status === 404);
  });

  it('everything is found again by a control plane that starts on the same store', async () => {
    const revision = await deploy();
    await control.close();
    control = await startTestControl(store);
    location = control.feed('local');
    expect((await read()).status).toBe('DEPLOYED');
    expect(await route()).toMatchObject({ state: 'serving', targets: [{ revision }] });
    expect((await assigned(1)).revisions[0]).toMatchObject({ revision, proof: 'done' });
  });

  it('a location that joins gets the revisions that exist already', async () => {
    await deploy();
    const joined = control.feed('far-away');
    await joined.reportObserved(observedMessage('far-away', 0, []));
    await waitFor('its assignment', async () => (await joined.pullAssignments(0, 0))?.revisions.length === 1);
    expect((await route())?.targets[0]?.locations).toEqual(['local', 'far-away']); // proved ones first
  });

  it('log lines and executions of the other planes can be read', async () => {
    const revision = await deploy();
    const line = { workspace: 'default', model: 'm', environment: 'production', revision, replica: 'r' };
    const lines = [{ ...line, at: Date.now(), source: 'stderr' as const, message: 'hello' }];
    await location.pushLogs({ location: 'local', lines });
    const { body } = await control.call('GET', '/v0/models/m/logs');
    expect(body).toMatchObject([{ message: 'hello', source: 'stderr', severity: 17 }]);
  });
});
