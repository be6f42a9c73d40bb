import { Secret } from '@beeline/core/base';
import type { AssignmentsMessage, RouteEntry, RoutesMessage } from '@beeline/core/contract';
import type { Model } from '@beeline/core/resources';
import { waitFor } from '@beeline/core/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDocument } from '../store/documents/stored-document.ts';
import type { Store } from '../store/open-store.ts';
import { listExecutions } from '../store/records/executions.ts';
import { listLogLines } from '../store/records/logs.ts';
import { executionRecord, modelDocument, observedMessage, observedRevision } from '../testing/documents.ts';
import { emptyStore } from '../testing/empty-store.ts';
import { openTestStore } from '../testing/open-test-store.ts';
import { startTestControl, type TestControl } from '../testing/start-test-control.ts';

let store: Store;
let control: TestControl;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await emptyStore(store);
  control = await startTestControl(store);
});
afterEach(() => control.close());

/** Pulls until the condition holds for a snapshot. */
async function pullUntil<T extends { readonly version: number }>(
  what: string,
  pull: (after: number) => Promise<T | null>,
  condition: (message: T) => boolean,
): Promise<T> {
  let after = 0;
  return await waitFor(what, async () => {
    const message = await pull(after);
    after = message?.version ?? after;
    return message !== null && condition(message) ? message : null;
  });
}

const routesUntil = (what: string, condition: (message: RoutesMessage) => boolean) =>
  pullUntil(what, (after) => control.feed('gateway-1').pullRoutes(after, 2_000), condition);

const assignmentsUntil = (what: string, condition: (message: AssignmentsMessage) => boolean) =>
  pullUntil(what, (after) => control.feed('local').pullAssignments(after, 2_000), condition);

const routeTo = (message: RoutesMessage, model: string): RouteEntry | undefined =>
  message.routes.find((route) => route.model === model);

describe('the feeds', () => {
  it('hand a first revision to the gateways and the location right after it was accepted', async () => {
    const created = await control.call('POST', '/v0/models', modelDocument('sentiment'));
    expect(created.status).toBe(200);
    const routes = await routesUntil('a route', (message) => routeTo(message, 'sentiment') !== undefined);
    const route = routeTo(routes, 'sentiment');
    expect(route).toMatchObject({ state: 'serving', environment: 'production', workspace: 'default' });
    expect(route?.targets).toHaveLength(1);
    expect(route?.targets[0]).toMatchObject({ weight: 100, locations: ['local'] });
    expect(routes.workspaces).toEqual(['default']);
    expect(routes.keys[0]).toMatchObject({ role: 'admin', workspaces: ['default'], expiresAt: null });
    const assignments = await assignmentsUntil('an assignment', (message) => message.revisions.length === 1);
    expect(assignments.revisions[0]).toMatchObject({
      revision: route?.targets[0]?.revision,
      number: 1,
      purpose: 'serve',
      proof: 'needed',
      artifactDigest: null,
      template: { origin: { kind: 'directory', path: '/models/one' } },
    });
  });

  it('move the route only after the new revision has proved itself, and retire the old one', async () => {
    await control.call('POST', '/v0/models', modelDocument('sentiment'));
    const first = await assignmentsUntil('one revision', (message) => message.revisions.length === 1);
    const one = first.revisions[0]?.revision ?? '';
    const location = control.feed('local');
    await location.reportObserved(
      observedMessage('local', first.version, [observedRevision(one, { artifactDigest: 'sha256:1' })]),
    );
    await waitFor('DEPLOYED', async () => {
      const { body } = await control.call('GET', '/v0/models/sentiment');
      return (body as Model).status === 'DEPLOYED';
    });

    const changed = modelDocument('sentiment', { runtime: { model: 'file:/models/two' } });
    expect((await control.call('PUT', '/v0/models/sentiment', changed)).status).toBe(200);
    const both = await assignmentsUntil('two revisions', (message) => message.revisions.length === 2);
    const two = both.revisions[1]?.revision ?? '';
    expect(both.revisions.map(({ purpose, proof }) => [purpose, proof])).toEqual([
      ['serve', 'done'],
      ['serve', 'needed'],
    ]);
    expect(both.revisions[0]?.artifactDigest).toBe('sha256:1');
    const before = await routesUntil('routes', () => true);
    expect(routeTo(before, 'sentiment')?.targets[0]?.revision).toBe(one);

    const proved = [observedRevision(one), observedRevision(two)];
    await location.reportObserved(observedMessage('local', both.version, proved));
    const moved = await routesUntil(
      'the route to move',
      (message) => routeTo(message, 'sentiment')?.targets[0]?.revision === two,
    );
    const retiring = await assignmentsUntil(
      'the old one to retire',
      (message) => message.revisions[0]?.purpose === 'retire',
    );
    expect(retiring.revisions.map(({ revision }) => revision)).toEqual([one, two]);

    await control.feed('gateway-1').pullRoutes(moved.version, 0);
    const only = await waitFor('the old one to go', async () => {
      await location.reportObserved(observedMessage('local', retiring.version, proved));
      const message = await location.pullAssignments(0, 0);
      return message?.revisions.length === 1 ? message : null;
    });
    expect(only.revisions[0]?.revision).toBe(two);
  });

  it('answer 204 when there is nothing newer and 401 without the right token', async () => {
    const routes = await control.feed('gateway-1').pullRoutes(0, 0);
    expect(await control.feed('gateway-1').pullRoutes(routes?.version ?? 0, 10)).toBeNull();
    const stranger = control.feed('gateway-2', new Secret('wrong'));
    await expect(stranger.pullRoutes(0, 0)).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
    const response = await fetch(new URL('/internal/v1/routes?gateway=g', control.url));
    expect(response.status).toBe(401);
  });

  it('take what is good of a message and tell the sender what is not', async () => {
    const location = control.feed('local');
    const line = {
      ...{ at: 1, workspace: 'default', model: 'm', environment: 'production', revision: 'rev_1' },
      ...{ replica: 'a', source: 'stdout' as const, message: 'good \0' },
    };
    await location.pushLogs({ location: 'local', lines: [line, { ...line, at: 0.5 }, line] });
    const kept = await listLogLines(store.queries, line, { limit: 10 });
    expect(kept.map(({ message }) => message)).toEqual(['good \uFFFD', 'good \uFFFD']);

    const executions = [executionRecord('exe_1'), executionRecord('a\0b'), executionRecord('exe_2')];
    const message = JSON.stringify({ gateway: 'gateway-1', batch: 'b', executions });
    await control.feed('gateway-1').pushExecutions(Buffer.from(message));
    const key = { workspace: 'default', model: 'sentiment', environment: 'production' };
    expect((await listExecutions(store.queries, key, 10)).map(({ id }) => id)).toEqual(['exe_2', 'exe_1']);
    expect(control.refused).toEqual([
      'logs: lines[1] at must be integer',
      'executions: executions[1] id must have no zero character',
    ]);
  });

  it('refuse a message that is not UTF-8, with the place', async () => {
    const response = await fetch(new URL('/internal/v1/logs', control.url), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${control.internalToken.reveal()}`,
        'content-type': 'application/json',
      },
      body: Buffer.from('{"location":"caf\xe9","lines":[]}', 'latin1'),
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('the message is not UTF-8: byte 0xE9 at offset 16');
  });

  it('keep what was said of a revision whose newer state cannot be read', async () => {
    const location = control.feed('local');
    const said = observedRevision('rev_1', { inFlight: 3 });
    await location.reportObserved(observedMessage('local', 1, [said, observedRevision('rev_2')]));
    const bad = { ...said, inFlight: -1 };
    await location.reportObserved(observedMessage('local', 1, [bad, observedRevision('rev_3')]));
    const rows = await store.queries.selectFrom('observedRevisions').select('state').execute();
    const states = rows.map(({ state }) => openDocument('observedRevision', state));
    expect(states.map(({ revision, inFlight }) => [revision, inFlight]).sort()).toEqual([
      ['rev_1', 3],
      ['rev_3', 0],
    ]);
    expect(control.refused).toEqual(['observed: revisions[0] inFlight must be >= 0']);
  });

  it('give the snapshot to a puller whose version comes from another database', async () => {
    expect(await control.feed('gateway-1').pullRoutes(1_000_000, 0)).not.toBeNull();
  });
});
