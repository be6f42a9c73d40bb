import type { ExecutionRecord } from '@beeline/core/contract';
import { defaultModelSpec } from '@beeline/core/resources';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { insertApiKey, listKeyEntries, loadApiKey } from '../store/api-keys.ts';
import { loadFeedVersion } from '../store/changes.ts';
import { listEnvironmentNames } from '../store/environments.ts';
import { listLiveGateways, saveGateway } from '../store/gateways.ts';
import { describeLocation, listLocations, saveLocationReport } from '../store/locations.ts';
import {
  deleteDeployment,
  insertDeployment,
  listDeploymentNames,
  listDeployments,
  listDueDeployments,
  loadDeployment,
  lockDeployment,
  markDeploymentDeleting,
  queueDeployments,
  updateDeploymentProgress,
  updateDeploymentWish,
} from '../store/models.ts';
import { loadObservations, replaceObserved } from '../store/observed.ts';
import type { Store } from '../store/open-store.ts';
import { deletePolicy, insertPolicy, loadPolicy, lockPolicyNames } from '../store/policies.ts';
import { sumExecutions } from '../store/records/execution-metrics.ts';
import {
  insertExecutions,
  listExecutions,
  loadExecution,
  pruneExecutions,
} from '../store/records/executions.ts';
import { insertLogLines, listLogLines, pruneLogLines } from '../store/records/logs.ts';
import { deleteRevisions, listRevisions, saveRevision } from '../store/revisions.ts';
import { ensureWorkspace, listWorkspaces } from '../store/workspaces.ts';
import { deploymentRow, placed, revisionRow, specOf } from './deployment-pictures.ts';
import { executionRecord, observedRevision } from './documents.ts';
import { emptyStore } from './empty-store.ts';

const nowMs = 1_700_000_000_000;
const by = { id: 'dep_1', who: 'key_1', nowMs, originByOwner: true };
const key = { workspace: 'default', model: 'sentiment', environment: 'production' };
const wish = {
  ...key,
  displayName: 'Sentiment',
  labels: { team: 'vision' },
  spec: defaultModelSpec({ runtime: { model: 'file:/models/one' } }),
};

/** What every database under the store has to do the same. */
export function storeSuite(name: string, open: () => Promise<Store>): void {
  describe(`the store on ${name}`, () => {
    let store: Store;
    beforeAll(async () => {
      store = await open();
    });
    afterAll(() => store.close());
    beforeEach(async () => {
      await emptyStore(store);
      await ensureWorkspace(store, 'default', ['production', 'development'], nowMs);
    });
    const insert = (id = 'dep_1') => store.write((tx) => insertDeployment(tx.queries, wish, { ...by, id }));

    it('makes a workspace once, with its environments', async () => {
      await ensureWorkspace(store, 'default', ['production', 'development'], nowMs + 1);
      expect((await listWorkspaces(store.queries)).map((row) => [row.name, row.createdAt])).toEqual([
        ['default', nowMs],
      ]);
      const environments = await listEnvironmentNames(store.queries, 'default');
      expect(environments).toEqual(['development', 'production']);
    });

    it('gives back a deployment as it was written, times as numbers and documents whole', async () => {
      await insert();
      const row = await loadDeployment(store.queries, key);
      expect(row).toMatchObject({ ...wish, id: 'dep_1', generation: 1, createdAt: nowMs, route: null });
      expect(await insert('dep_2')).toBeUndefined();
    });

    it('undoes everything of a transaction that fails', async () => {
      const before = await loadFeedVersion(store.queries, 'deployments');
      const failing = store.write(async (tx) => {
        await insertDeployment(tx.queries, wish, by);
        await tx.bump('deployments');
        throw new Error('changed my mind');
      });
      await expect(failing).rejects.toThrow('changed my mind');
      expect(await loadDeployment(store.queries, key)).toBeUndefined();
      expect(await loadFeedVersion(store.queries, 'deployments')).toBe(before);
    });

    it('counts a feed up once per transaction and tells listeners after the commit', async () => {
      const before = await loadFeedVersion(store.queries, 'routes');
      const heard: string[] = [];
      const stop = store.signals.listen('routes', () => heard.push('routes'));
      const version = await store.write(async (tx) => {
        await tx.bump('routes');
        expect(heard).toEqual([]);
        return await tx.bump('routes');
      });
      stop();
      expect(version).toBe(before + 1);
      expect(heard).toEqual(['routes']);
    });

    it('lets writers of the same feed take turns', async () => {
      const before = await loadFeedVersion(store.queries, 'routes');
      const versions = await Promise.all(
        Array.from({ length: 20 }, () => store.write((tx) => tx.bump('routes'))),
      );
      expect(versions.toSorted((a, b) => a - b)).toEqual(
        Array.from({ length: 20 }, (_, index) => before + 1 + index),
      );
    });

    it('frees the name of a deployment that is being deleted, and lists it until the name is used', async () => {
      await insert();
      await store.write(async (tx) => {
        const row = await lockDeployment(tx.queries, key);
        if (row !== undefined) await markDeploymentDeleting(tx.queries, row, by);
      });
      expect(await loadDeployment(store.queries, key)).toMatchObject({ id: 'dep_1', status: 'DELETING' });
      await insert('dep_2');
      expect((await listDeployments(store.queries, { workspace: 'default' })).map((row) => row.id)).toEqual([
        'dep_2',
      ]);
      expect(await listDeploymentNames(store.queries, { workspace: 'default' })).toEqual([
        { model: key.model, environment: key.environment },
      ]);
    });

    it('keeps the wish of the user and the progress of the loop apart', async () => {
      await insert();
      const { id: _id, ...progress } = deploymentRow({ dueAt: null, status: 'DEPLOYED' });
      const { dueAt, observedGeneration, status, conditions, events } = progress;
      const { activeRevision, previousRevision, latestRevision, route, assignmentsVersion } = progress;
      await updateDeploymentProgress(store.queries, 'dep_1', {
        dueAt,
        observedGeneration,
        status,
        conditions,
        events,
        activeRevision,
        previousRevision,
        latestRevision,
        route,
        assignments: placed(['here'], revisionRow(1, 'one')),
        assignmentsVersion,
      });
      expect(await listDueDeployments(store.queries, nowMs)).toEqual([]);
      const changed = { ...wish, spec: specOf('two'), generation: 2 };
      const row = await updateDeploymentWish(store.queries, 'dep_1', changed, by);
      expect(row).toMatchObject({ generation: 2, status: 'DEPLOYED', dueAt: 0, originByOwner: true });
      expect(row.assignments[0]?.assignment.revision).toBe('rev_1');
      expect(await listDueDeployments(store.queries, nowMs)).toEqual(['dep_1']);
    });

    it('keeps the template of a revision and changes what the loop learns', async () => {
      await insert();
      await saveRevision(store.queries, revisionRow(1, 'one', { proof: 'needed' }));
      await saveRevision(store.queries, revisionRow(2, 'two'));
      const failure = { code: 'LOAD_FAILED', message: 'half \ud83d and \0 zero', logTail: [] } as const;
      await saveRevision(store.queries, revisionRow(1, 'other', { proof: 'failed', failure }));
      const rows = await listRevisions(store.queries, 'dep_1');
      expect(rows.map((row) => [row.number, row.proof])).toEqual([
        [1, 'failed'],
        [2, 'proved'],
      ]);
      expect(rows[0]?.template.origin.path).toBe('/models/one');
      expect(rows[0]?.failure?.message).toBe('half \uFFFD and \uFFFD zero');
      await deleteRevisions(store.queries, ['rev_1']);
      await deleteDeployment(store.queries, 'dep_1');
      expect(await listRevisions(store.queries, 'dep_1')).toEqual([]);
    });

    it('remembers what a location says of its revisions, and forgets what it says no longer', async () => {
      await insert();
      await saveRevision(store.queries, revisionRow(1, 'one'));
      await describeLocation(store.queries, {
        name: 'here',
        displayName: 'Here',
        country: 'fr',
        continent: 'eu',
      });
      const report = { name: 'here', flavors: [], generations: ['process'], assignmentsVersion: 3, nowMs };
      expect(await saveLocationReport(store.queries, report)).toMatchObject({ lastSeenAt: 0 });
      expect(await listLocations(store.queries)).toMatchObject([
        { displayName: 'Here', country: 'fr', assignmentsVersion: 3, lastSeenAt: nowMs },
      ]);
      await replaceObserved(
        store.queries,
        'here',
        [observedRevision('rev_1'), observedRevision('rev_x')],
        new Set(),
      );
      const seen = await loadObservations(store.queries, ['dep_1']);
      expect(seen.get('dep_1')?.map(({ state }) => state.revision)).toEqual(['rev_1']);
      const before = await replaceObserved(store.queries, 'here', [], new Set());
      expect(before.map((state) => state.revision).sort()).toEqual(['rev_1', 'rev_x']);
      expect(await loadObservations(store.queries, ['dep_1'])).toEqual(new Map());
    });

    it('puts the deployments of a revision into the queue', async () => {
      await insert();
      await saveRevision(store.queries, revisionRow(1, 'one'));
      const settle = () => store.queries.updateTable('deployments').set({ dueAt: null }).execute();
      await settle();
      await queueDeployments(store.queries, ['rev_other']);
      expect(await listDueDeployments(store.queries, nowMs)).toEqual([]);
      await queueDeployments(store.queries, ['rev_1']);
      expect(await listDueDeployments(store.queries, nowMs)).toEqual(['dep_1']);
      await settle();
      await queueDeployments(store.queries, 'all');
      expect(await listDueDeployments(store.queries, nowMs)).toEqual(['dep_1']);
    });

    it('remembers since when a gateway holds a version, and forgets silent ones', async () => {
      const see = (routesVersion: number, atMs: number) =>
        saveGateway(store.queries, { name: 'g', routesVersion, liveUntil: atMs + 30_000, nowMs: atMs });
      await see(4, nowMs);
      await see(4, nowMs + 5_000);
      const [held] = await listLiveGateways(store.queries, nowMs + 30_000);
      expect(held).toEqual({
        name: 'g',
        routesVersion: 4,
        routesVersionAt: nowMs,
        liveUntil: nowMs + 35_000,
      });
      await see(5, nowMs + 6_000);
      expect(await listLiveGateways(store.queries, nowMs)).toMatchObject([
        { routesVersionAt: nowMs + 6_000 },
      ]);
      expect(await listLiveGateways(store.queries, nowMs + 36_001)).toEqual([]);
    });

    it('finds keys by their id and hands gateways only the hash', async () => {
      const row = {
        id: 'key_1',
        hash: 'ab',
        name: 'ci',
        workspaces: ['default'],
        role: 'member' as const,
        expiresAt: nowMs,
        createdAt: nowMs,
        createdBy: 'test',
      };
      await insertApiKey(store.queries, row);
      expect(await loadApiKey(store.queries, 'key_1')).toEqual(row);
      expect(await listKeyEntries(store.queries)).toEqual([
        { id: 'key_1', hash: 'ab', workspaces: ['default'], role: 'member', expiresAt: nowMs },
      ]);
    });

    it('tells which policies exist', async () => {
      const { id: _id, spec: _spec, ...document } = { ...deploymentRow(), id: '' };
      const { displayName, labels, generation, createdAt, createdBy, updatedAt, updatedBy } = document;
      const row = {
        workspace: 'default',
        name: 'eu',
        displayName,
        labels,
        generation,
        createdAt,
        createdBy,
        updatedAt,
        updatedBy,
        spec: { type: 'flavor' as const, flavors: [{ name: 'x86', type: 'cpu' as const }] },
      };
      expect(await insertPolicy(store.queries, row)).toBe(true);
      expect(await insertPolicy(store.queries, row)).toBe(false);
      expect(await loadPolicy(store.queries, row)).toMatchObject(row);
      const found = await store.write((tx) => lockPolicyNames(tx.queries, 'default', ['eu', 'us']));
      expect([...found]).toEqual(['eu']);
      await deletePolicy(store.queries, row);
      expect(await loadPolicy(store.queries, row)).toBeUndefined();
    });

    it('gives out long lines and records up to so many bytes, the first one whatever it has', async () => {
      const line = { at: nowMs, ...key, revision: 'r', replica: 'p', source: 'stdout' as const };
      const lines = ['a', 'b', 'c'].map((sign) => ({ ...line, message: sign.repeat(400_000) }));
      const longest = { ...line, message: 'd'.repeat(900_000) };
      await insertLogLines(store.queries, { location: 'here', lines: [...lines, longest] });
      const read = async (query: { readonly afterId?: number }) =>
        (await listLogLines(store.queries, key, { limit: 10, ...query })).map(({ message }) => message[0]);
      expect([await read({}), await read({ afterId: 0 })]).toEqual([['d'], ['a', 'b']]);
      const records = [0, 1, 2].map((at) =>
        executionRecord(`exe_${at}`, { startedAt: nowMs + at, path: '/'.repeat(300_000) }),
      );
      await insertExecutions(store.queries, records);
      const ids = (await listExecutions(store.queries, key, 10)).map(({ id }) => id);
      expect(ids).toEqual(['exe_2', 'exe_1']);
    });

    it('takes the same executions twice without harm, and keeps only so many and so old', async () => {
      const records = [0, 1, 2, 3].map((index) =>
        executionRecord(`exe_${index}`, { startedAt: nowMs + index * 1_000 }),
      );
      await insertExecutions(store.queries, records);
      await insertExecutions(store.queries, records);
      const ids = async () => (await listExecutions(store.queries, key, 10)).map((record) => record.id);
      expect(await ids()).toEqual(['exe_3', 'exe_2', 'exe_1', 'exe_0']);
      expect(await loadExecution(store.queries, 'default', 'exe_1')).toEqual(records[1]);
      expect(await loadExecution(store.queries, 'other', 'exe_1')).toBeUndefined();
      await pruneExecutions(store.queries, { maxAgeMs: 1_000, maxRows: 100 }, nowMs + 2_000);
      expect(await ids()).toEqual(['exe_3', 'exe_2', 'exe_1']);
      await pruneExecutions(store.queries, { maxAgeMs: 60_000, maxRows: 2 }, nowMs);
      expect(await ids()).toEqual(['exe_3', 'exe_2']);
    });

    it('sums executions up, those of one deployment in one window', async () => {
      const { timings } = executionRecord('exe');
      const record = (index: number, totalMs: number, changes: Partial<ExecutionRecord> = {}) =>
        executionRecord(`exe_${index}`, {
          startedAt: nowMs + index * 1_000,
          timings: { ...timings, totalMs },
          ...changes,
        });
      await insertExecutions(store.queries, [
        record(0, 10, { tokens: { input: 3, output: 5, estimated: false } }),
        record(1, 20),
        record(2, 30, { timings: { ...timings, totalMs: 30, startMs: 4, loadMs: 6 } }),
        record(12, 2_000, { status: 503, source: 'location' }),
        record(20, 10), // the end of the window is not part of it
        record(3, 10, { model: 'other' }),
      ]);
      const window = { startMs: nowMs, endMs: nowMs + 20_000, stepMs: 10_000 };
      const sums = await sumExecutions(store.queries, key, window, [20, 1_000]);
      const perStatus = sums.perStatus.toSorted((a, b) => (a.status ?? 0) - (b.status ?? 0));
      expect(perStatus.map(({ status, count, average }) => [status, count, average])).toEqual([
        [null, 4, 515],
        [200, 3, 20],
        [503, 1, 2_000],
      ]);
      expect(perStatus[1]?.percentiles.map((value) => Math.round(value * 10) / 10)).toEqual([20, 28, 29.8]);
      expect(sums.perOrigin).toEqual([
        { source: 'location', status: 503, count: 1 },
        { source: 'model', status: 200, count: 3 },
      ]);
      expect(sums.buckets).toEqual([
        { status: 200, bucket: 0, count: 1 },
        { status: 200, bucket: 1, count: 2 },
        { status: 503, bucket: 2, count: 1 },
      ]);
      expect(sums.slots.map(({ slot, count }) => [slot, count])).toEqual([
        [0, 3],
        [1, 1],
      ]);
      expect(sums.tokens).toEqual({ input: 3, output: 5, requests: 1 });
      expect(sums.coldStarts).toMatchObject({ replicas: 1, requests: 1, wait: { average: 10 } });
      const none = await sumExecutions(store.queries, { ...key, model: 'none' }, window, [20]);
      expect(none.perStatus).toMatchObject([{ status: null, count: 0, average: 0, percentiles: [0, 0, 0] }]);
    });

    it('keeps only so many log lines of a deployment, and only so old', async () => {
      const line = (index: number, model: string) => ({
        ...key,
        model,
        at: nowMs + index * 1_000,
        revision: 'rev_1',
        replica: 'rep_1',
        source: 'stdout' as const,
        message: `${index}\0`,
      });
      const lines = [0, 1, 2, 3].flatMap((index) => [line(index, 'sentiment'), line(index, 'other')]);
      await insertLogLines(store.queries, { location: 'here', lines });
      const messages = async (model: string) =>
        (await listLogLines(store.queries, { ...key, model }, { limit: 10 })).map((row) => row.message);
      await pruneLogLines(store.queries, { maxAgeMs: 1_000, maxRows: 10 }, nowMs + 2_000);
      expect(await messages('sentiment')).toEqual(['1\uFFFD', '2\uFFFD', '3\uFFFD']);
      await pruneLogLines(store.queries, { maxAgeMs: 60_000, maxRows: 2 }, nowMs);
      expect(await messages('sentiment')).toEqual(['2\uFFFD', '3\uFFFD']);
      expect(await messages('other')).toEqual(['2\uFFFD', '3\uFFFD']);
    });
  });
}
