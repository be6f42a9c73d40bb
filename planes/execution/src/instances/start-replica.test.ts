import { BeelineError } from '@beeline/core/base';
import { waitFor } from '@beeline/core/testing';
import type { Driver } from '@beeline/drivers/interface';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRevisionFixture, type RevisionFixture } from '../testing/revision-fixture.ts';
import { drainReplica } from './end-replica.ts';
import type { Replica } from './replica.ts';

let fixture: RevisionFixture;
let fetchedDigests: (string | null)[];
/** How long the next fetch and the next start take, in milliseconds. */
let fetchMs: number;
let startMs: number;
let failure: Error | null;
beforeEach(() => {
  [fetchedDigests, fetchMs, startMs, failure] = [[], 0, 0, null];
});
afterEach(() => fixture.close());

async function open(): Promise<void> {
  const artifacts = {
    async fetch({ digest }: { readonly digest: string | null }) {
      fetchedDigests.push(digest);
      await fixture.clock.advance(fetchMs);
      return { digest: 'sha256:0', directory: '/cache/0', release() {} };
    },
    ...{ evict: async () => 0, close() {} },
    counts: () => ({ files: 0, bytes: 0, hits: 0, misses: 0, failures: 0, damaged: 0 }),
  };
  fixture = await openRevisionFixture({ launch: { artifacts } });
  const { start } = fixture.driver;
  fixture.driver.start = async (id) => {
    await fixture.clock.advance(startMs);
    if (failure !== null) throw failure;
    return { ...(await start(id)), answeredMs: startMs / 4, readyMs: startMs };
  };
}

const replicas = () => [...fixture.revision.replicas.values()];
const ready = (count = 1) =>
  waitFor(`${count} ready replicas`, () => {
    const found = replicas().filter(({ state }) => state === 'ready');
    return found.length === count && found;
  });
const over = () =>
  waitFor('the end of all', () => {
    fixture.driver.finishStops();
    return replicas().length === 0;
  });
/** How the told numbers of replicas changed, without those that stayed. */
const toldStates = () =>
  fixture.told
    .map(({ replicas: counts }) =>
      Object.entries(counts)
        .filter(([, count]) => count > 0)
        .map(([state, count]) => `${count} ${state}`)
        .join(', '),
    )
    .filter((text, index, all) => text !== all[index - 1]);

test('control hears of each step of a start, and of the files’ digest as soon as they are there', async () => {
  await open();
  fixture.assign({ minReplicas: 1 });
  await ready();
  expect(toldStates()).toEqual(['', '1 requested', '1 fetching', '1 starting', '1 ready']);
  const fetching = fixture.told.filter((one) => one.replicas.fetching === 1);
  expect(fetching.map(({ artifactDigest }) => artifactDigest)).toEqual([null, 'sha256:0']);
});

test('the deployment’s log and the metrics tell how long a start took, with files, program and model apart', async () => {
  await open();
  [fetchMs, startMs] = [2_000, 4_000];
  fixture.assign({ minReplicas: 1 });
  await ready();
  expect(fixture.said).toEqual(['starting', 'ready after 6s (start 3s, load 3s)']);
  expect(fixture.scrape()).toMatch(/^beeline_location_starts_total\{.*result="ready"\} 1$/m);
  expect(fixture.scrape()).toMatch(/^beeline_location_start_seconds_sum\{.*phase="start"\} 3$/m);
});

test('a start is expected to take as long as the first did, and then the newest counts for half', async () => {
  await open();
  [fetchMs, startMs] = [2_000, 4_000];
  fixture.assign({ minReplicas: 1 });
  await ready();
  expect(fixture.revision.startMs).toBe(6_000);
  [fetchMs, startMs] = [0, 1_000];
  fixture.assign({ minReplicas: 2 });
  await ready(2);
  expect(fixture.revision.startMs).toBe(3_500);
});

test('a replica that becomes ready counts as used at that time, and is idle since then', async () => {
  await open();
  startMs = 4_000;
  fixture.assign({ minReplicas: 1 });
  const [replica] = await ready();
  expect(fixture.revision.lastReadyAt).toBe(4_000);
  expect(replica).toMatchObject({ requestedAt: 0, answeredAt: 1_000, readyAt: 4_000, idleSince: 4_000 });
});

test('a later start asks for the files that the first one found, and control’s digest comes before', async () => {
  await open();
  fixture.assign({ minReplicas: 1 });
  await ready();
  fixture.assign({ minReplicas: 2 });
  await ready(2);
  fixture.assign({ minReplicas: 3 }, { artifactDigest: 'sha256:control' });
  await ready(3);
  expect(fetchedDigests).toEqual([null, 'sha256:0', 'sha256:control']);
});

test('a revision that has to prove itself has done so when a replica is ready', async () => {
  await open();
  fixture.assign({}, { revision: 'rev2', proof: 'needed' });
  const { revisions } = fixture.table;
  expect(revisions.get('rev2')?.proof).toBe('pending');
  await waitFor('the proof', () => revisions.get('rev2')?.proof === 'proved');
  expect(fixture.told.at(-1)).toMatchObject({ revision: 'rev2', proof: 'proved' });
});

test('a start that failed is told with its reason and last lines, counted, and nothing of it is left', async () => {
  await open();
  failure = new BeelineError('LOAD_FAILED', { message: 'the weights are short' });
  const lines = [{ at: 1, source: 'stderr' as const, text: 'I gave up' }];
  const { tail } = fixture.driver;
  fixture.driver.tail = () => lines;
  const waiting = fixture.ask();
  await waitFor('the refusal', () => waiting.refusal);
  expect(waiting.refusal).toMatchObject({
    message: 'the model server did not start: the weights are short (its last line: I gave up)',
  });
  const reported = { code: 'LOAD_FAILED', message: 'the weights are short', logTail: ['I gave up'] };
  expect(fixture.revision.failure).toEqual(reported);
  expect(fixture.said).toEqual(['starting', 'did not start: LOAD_FAILED: the weights are short']);
  expect(fixture.scrape()).toMatch(/^beeline_location_starts_total\{.*result="LOAD_FAILED"\} 1$/m);
  await over();
  expect(fixture.driver.list()).toEqual([]);
  expect(toldStates().at(-1)).toBe('');
  fixture.driver.tail = tail;
});

test('a start that failed before there was an instance has no last lines', async () => {
  await open();
  fixture.driver.create = () => Promise.reject(new Error('the disk is full'));
  fixture.driver.tail = () => {
    throw new Error('nobody knows it');
  };
  const waiting = fixture.ask();
  await waitFor('the refusal', () => waiting.refusal);
  expect(fixture.revision.failure).toMatchObject({ code: 'INTERNAL_ERROR', logTail: [] });
});

test('the last lines of another instance are not shown', async () => {
  await open();
  fixture.assign({ minReplicas: 1 });
  await ready();
  fixture.driver.tail = () => [{ at: 1, source: 'stdout', text: 'all is well' }];
  fixture.driver.create = () => Promise.reject(new Error('the disk is full'));
  fixture.assign({ minReplicas: 2 });
  await waitFor('the failure', () => fixture.revision.failure);
  expect(fixture.revision.failure?.logTail).toEqual([]);
});

test('while another replica lives, a start that failed sends nobody away', async () => {
  await open();
  const busy = Array.from({ length: 4 }, () => fixture.ask());
  for (const request of busy) await fixture.served(request);
  await ready(2);
  failure = new BeelineError('LOAD_FAILED', { message: 'it broke' });
  fixture.assign({ minReplicas: 3 });
  const waiting = Array.from({ length: 5 }, () => fixture.ask());
  await waitFor('the failure', () => fixture.revision.failure);
  expect(waiting.map(({ refusal }) => refusal)).toEqual([null, null, null, null, null]);
});

test('an instance that cannot be removed keeps nothing from going on', async () => {
  await open();
  failure = new BeelineError('LOAD_FAILED', { message: 'it broke' });
  const { stop } = fixture.driver;
  fixture.driver.stop = () => Promise.reject(new BeelineError('INTERNAL_ERROR', { message: 'it is stuck' }));
  fixture.ask();
  await waitFor('it to be forgotten', () => fixture.revision.failures === 1 && replicas().length === 0);
  expect(fixture.logged).toContain('a replica could not be removed: it is stuck');
  fixture.driver.stop = stop;
});

test.each([
  ['that was asked to end and did is no failure', true, 'REPLICA_LOST', 0],
  ['that was lost without being asked to end is one', false, 'REPLICA_LOST', 1],
  ['that broke while it was asked to end is one', true, 'LOAD_FAILED', 1],
] as const)('a replica in its start %s', async (_which, isAsked, code, failures) => {
  await open();
  let replica: Replica | undefined;
  fixture.driver.start = async () => {
    [replica] = replicas();
    if (isAsked && replica !== undefined)
      drainReplica(fixture.context, fixture.revision, replica, 'for a test');
    throw new BeelineError(code, { message: 'it ended' });
  };
  fixture.ask();
  await waitFor('its end', () => {
    fixture.driver.finishStops();
    return replica !== undefined && !fixture.revision.replicas.has(replica.id);
  });
  expect(replica?.state).toBe(failures === 0 ? 'gone' : 'failed');
  expect(fixture.said.some((line) => line.startsWith('did not start'))).toBe(failures > 0);
});

test('who waits while a pause is over is looked at again without being asked', async () => {
  await open();
  failure = new BeelineError('LOAD_FAILED', { message: 'it broke' });
  fixture.assign({ minReplicas: 1 });
  await waitFor('the failure', () => fixture.revision.failures === 1);
  await over();
  failure = null;
  await fixture.clock.advance(500);
  await ready();
});

test('failures before a replica that did not live long still count', async () => {
  await open();
  failure = new BeelineError('LOAD_FAILED', { message: 'it broke' });
  fixture.assign({ minReplicas: 1 });
  await waitFor('the failure', () => fixture.revision.failures === 1);
  await over();
  failure = null;
  await fixture.clock.advance(500);
  const [replica] = await ready();
  if (replica !== undefined) replica.state = 'draining';
  await fixture.clock.advance(10_000);
  expect(fixture.revision.failures).toBe(1);
});

/** A location with one engine that waits, in a pool whose engines are claimed like this. */
async function openPool(claim: Driver['claim']) {
  await open();
  const reasons: string[] = [];
  let left = ['waiting1'];
  Object.assign(fixture.driver, { claim });
  Object.assign(fixture.context, {
    pool: {
      take: () => left.splice(0, 1)[0] ?? null,
      reportBroken: (reason: string) => reasons.push(reason),
    },
  });
  left = ['waiting1'];
  return { reasons, left: () => left };
}

const claimed = async (id: string) => ({
  ...{ endpoint: { socketPath: `/run/${id}` }, answeredMs: 1, readyMs: 2 },
});

test('an engine that waits becomes a replica of a model whose files are here', async () => {
  const { left } = await openPool(claimed);
  fixture.assign({ minReplicas: 1 }, { artifactDigest: 'sha256:0' });
  const [replica] = await ready();
  expect(replica).toMatchObject({ id: 'waiting1', pooled: true });
  expect(left()).toEqual([]);
});

test.each([
  ['whose files have to be fetched', {}],
  ['that has not proved itself', { artifactDigest: 'sha256:0', revision: 'rev2', proof: 'needed' as const }],
])('no engine is spent on a model %s', async (_which, changes) => {
  const { left } = await openPool(claimed);
  fixture.assign({ minReplicas: 1 }, changes);
  await waitFor('a ready replica', () =>
    [...fixture.table.revisions.values()].some(({ replicas: all }) =>
      [...all.values()].some(({ state }) => state === 'ready'),
    ),
  );
  expect(left()).toEqual(['waiting1']);
});

test('no engine is spent on a model that has just failed', async () => {
  const { left } = await openPool(claimed);
  fixture.revision.failure = { code: 'LOAD_FAILED', message: 'it broke', logTail: [] };
  fixture.assign({ minReplicas: 1 }, { artifactDigest: 'sha256:0' });
  await ready();
  expect(left()).toEqual(['waiting1']);
});

test('an engine that cannot be told its model is replaced by a start, and the pool hears of it', async () => {
  const why = 'instance waiting1 has ended';
  const { reasons } = await openPool(() =>
    Promise.reject(new BeelineError('CLAIM_FAILED', { message: why })),
  );
  fixture.assign({ minReplicas: 1 }, { artifactDigest: 'sha256:0' });
  const [replica] = await ready();
  expect(replica?.pooled).toBe(false);
  expect(reasons).toEqual([why]);
  expect(fixture.said).toContain(`${why}; starting another`);
  expect(fixture.revision).toMatchObject({ failures: 0, failure: null });
});
