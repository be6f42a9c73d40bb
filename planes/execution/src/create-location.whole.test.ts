import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BeelineError } from '@beeline/core/base';
import type { ObservedRevision } from '@beeline/core/contract';
import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildAssignment, type LocationFixture, openLocationFixture } from './testing/location-fixture.ts';

let fixture: LocationFixture;
beforeEach(async () => {
  fixture = await openLocationFixture();
});
afterEach(() => fixture.close());

const observed = (revision = 'rev1'): ObservedRevision | undefined =>
  fixture.location.observe().revisions.find((one) => one.revision === revision);
const assigned = (revision = 'rev1') => waitFor('the assignment', () => observed(revision));
const ready = (count: number, revision = 'rev1', timeoutMs = 10_000) =>
  waitFor(`${count} ready replicas`, () => observed(revision)?.replicas.ready === count, timeoutMs);
const nothingRuns = (revision = 'rev1') =>
  waitFor('the end of all replicas', () => {
    const replicas = observed(revision)?.replicas;
    return replicas !== undefined && Object.values(replicas).every((count) => count === 0);
  });

test('the first request wakes a replica and is told what it waited for; the next one waits for nothing', async () => {
  fixture.feeds.assign([buildAssignment(await fixture.writeModel('m', { loadMs: 200 }))]);
  await assigned();
  expect(observed()?.replicas.ready).toBe(0);
  const first = await fixture.ask('rev1');
  expect(first.status).toBe(200);
  expect(first.lease.wait.startMs).toBeGreaterThan(0);
  expect(first.lease.wait.loadMs).toBeGreaterThan(100);
  const second = fixture.location.port.acquire({
    revision: 'rev1',
    executionId: 'ex_2',
    signal: new AbortController().signal,
  });
  if (second instanceof Promise) throw new Error('a free replica is handed out without a promise');
  expect(second.wait).toEqual({ queueMs: 0, startMs: 0, loadMs: 0 });
  second.release('served');
});

test('many callers of a sleeping revision wake as many replicas as they need and all are served', async () => {
  fixture.feeds.assign([buildAssignment(await fixture.writeModel('m', { loadMs: 100, answerMs: 20 }))]);
  await assigned();
  const answers = await Promise.all(Array.from({ length: 3 }, () => fixture.ask('rev1')));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(new Set(answers.map(({ lease }) => lease.replica)).size).toBeLessThanOrEqual(2);
  expect(observed()).toMatchObject({ waiting: 0, inFlight: 0 });
});

test('a revision that has to prove itself starts without a request, and control hears that it is ready', async () => {
  fixture.feeds.assign([buildAssignment(await fixture.writeModel('m'), { proof: 'needed' })]);
  const report = await waitFor('the proof', () =>
    fixture.feeds.observed
      .flatMap(({ revisions }) => revisions)
      .find(({ proof, artifactDigest }) => proof === 'proved' && artifactDigest !== null),
  );
  expect(report.artifactDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(report.replicas.ready).toBe(1);
  await waitFor('the log', () => fixture.feeds.logs.some(({ message }) => message.startsWith('ready after')));
});

test.each([
  ['MODEL_MISSING', 'no-such-model', null],
  ['MODEL_INVALID', 'empty', {}],
  ['LOAD_FAILED', 'broken', { exitWhileLoading: 4 }],
] as const)(
  'a revision that cannot start fails its proof with %s and the reason',
  async (code, name, behaviour) => {
    const path =
      behaviour === null ? join(fixture.directory, name) : await fixture.writeModel(name, behaviour);
    if (code === 'MODEL_INVALID') {
      await rm(join(path, 'behaviour.json'));
      await writeFile(join(path, 'other'), '');
    }
    fixture.feeds.assign([buildAssignment(path, { proof: 'needed' })]);
    await waitFor('the failure', () => observed()?.proof === 'failed');
    expect(observed()?.failure?.code).toBe(code);
    if (code === 'MODEL_MISSING') expect(observed()?.failure?.message).toContain(path);
    if (code === 'LOAD_FAILED') expect(observed()?.failure?.logTail).toEqual(['the model is broken']);
    await nothingRuns();
    await expect(fixture.acquire('rev1')).rejects.toMatchObject({ code: 'REPLICA_FAILED_TO_START' });
  },
);

test('one that is never ready fails with READINESS_TIMEOUT', async () => {
  const assignment = buildAssignment(await fixture.writeModel('m', { neverReady: true }), {
    proof: 'needed',
  });
  const { template } = assignment;
  const runtime = { ...template.runtime, startTimeoutMs: 700 };
  fixture.feeds.assign([{ ...assignment, template: { ...template, runtime } }]);
  await waitFor('the failure', () => observed()?.failure?.code === 'READINESS_TIMEOUT');
});

test('callers that wait for a start that fails are told why', async () => {
  fixture.feeds.assign([buildAssignment(await fixture.writeModel('m', { exitWhileLoading: 4, loadMs: 50 }))]);
  await assigned();
  const refused = await Promise.allSettled([fixture.acquire('rev1'), fixture.acquire('rev1')]);
  for (const one of refused) {
    expect(one).toMatchObject({ status: 'rejected', reason: { code: 'REPLICA_FAILED_TO_START' } });
    if (one.status === 'rejected' && one.reason instanceof BeelineError) {
      expect(one.reason.message).toContain('the model is broken');
      expect(one.reason.retryAfterMs).toBeGreaterThan(0);
    }
  }
});

test('replicas go when they are idle for long enough, and come back for the next request', async () => {
  const path = await fixture.writeModel('m');
  fixture.feeds.assign([buildAssignment(path, {}, { retentionMs: 300 })]);
  await assigned();
  const first = await fixture.ask('rev1');
  await nothingRuns();
  const second = await fixture.ask('rev1');
  expect(second.status).toBe(200);
  expect(second.lease.replica).not.toBe(first.lease.replica);
});

test('a request that comes while the last replica stops gets a new one', async () => {
  const path = await fixture.writeModel('m', { stopMs: 400 });
  fixture.feeds.assign([buildAssignment(path, {}, { retentionMs: 0 })]);
  await assigned();
  const first = await fixture.ask('rev1');
  await waitFor('the end of the last replica', () => observed()?.replicas.draining === 1);
  const second = await fixture.ask('rev1');
  expect(second.status).toBe(200);
  expect(second.lease.replica).not.toBe(first.lease.replica);
});

test('no request is lost while replicas come and go under load', async () => {
  const path = await fixture.writeModel('m', { answerMs: 5 });
  const bounds = [1, 3, 2, 4].map((minReplicas) => ({ minReplicas, retentionMs: 0 }));
  fixture.feeds.assign([buildAssignment(path, {}, bounds[0])]);
  await assigned();
  let stop = false;
  const statuses: number[] = [];
  const callers = Array.from({ length: 6 }, async () => {
    while (!stop) statuses.push((await fixture.ask('rev1')).status);
  });
  // A panic that a busy machine brings about ends with the stable window: the shortest one, and time for it.
  // And one replica is enough for them, with all that the forecast adds to be on the safe side.
  const scaling = { target: 32, retentionMs: 0, stableWindowMs: 6_000 };
  try {
    for (const bound of bounds) {
      fixture.feeds.assign([buildAssignment(path, {}, { ...scaling, ...bound })]);
      await ready(bound.minReplicas, 'rev1', 20_000);
    }
    fixture.feeds.assign([buildAssignment(path, {}, scaling)]);
    await ready(1, 'rev1', 40_000);
  } finally {
    stop = true;
    await Promise.all(callers);
  }
  expect(statuses.length).toBeGreaterThan(50);
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
}, 120_000);

test('a minimum is kept, and a replica that dies is replaced', async () => {
  fixture.feeds.assign([
    buildAssignment(await fixture.writeModel('m'), {}, { minReplicas: 1, retentionMs: 0 }),
  ]);
  await ready(1);
  const lease = await fixture.acquire('rev1');
  await fixture.ask('rev1', '/crash').catch(() => {});
  lease.release('broken');
  await waitFor('another replica', async () => (await fixture.ask('rev1')).lease.replica !== lease.replica);
});

test('a replica that cannot be reached is checked, and taken back when it answers', async () => {
  fixture.feeds.assign([buildAssignment(await fixture.writeModel('m'))]);
  await assigned();
  const lease = await fixture.acquire('rev1');
  lease.release('unreachable');
  const again = await fixture.ask('rev1');
  expect(again.lease.replica).toBe(lease.replica);
});

test('a retiring revision keeps nothing warm and still serves late requests', async () => {
  const path = await fixture.writeModel('m');
  fixture.feeds.assign([buildAssignment(path)]);
  await assigned();
  await fixture.ask('rev1');
  fixture.feeds.assign([buildAssignment(path, { purpose: 'retire' })]);
  await nothingRuns();
  expect((await fixture.ask('rev1')).status).toBe(200);
  await nothingRuns();
});

test('a withdrawn revision finishes what runs, and is then not served any more', async () => {
  fixture.feeds.assign([buildAssignment(await fixture.writeModel('m', { answerMs: 300 }))]);
  await assigned();
  await fixture.ask('rev1');
  const running = fixture.ask('rev1');
  fixture.feeds.assign([]);
  await waitFor('the withdrawal', () => observed() === undefined);
  expect((await running).status).toBe(200);
  await waitFor('the end', () =>
    fixture.acquire('rev1').then(
      (lease) => lease.release('aborted'),
      (error) => error.code === 'REVISION_NOT_HERE',
    ),
  );
});

test('everything goes on while control is down, and it hears of it afterwards', async () => {
  fixture.feeds.assign([buildAssignment(await fixture.writeModel('m'), {}, { retentionMs: 300 })]);
  await assigned();
  fixture.feeds.setDown(true);
  expect((await fixture.ask('rev1')).status).toBe(200);
  await nothingRuns();
  expect((await fixture.ask('rev1')).status).toBe(200);
  const before = fixture.feeds.observed.length;
  fixture.feeds.setDown(false);
  await waitFor('a report', () => fixture.feeds.observed.length > before, 20_000);
});

test('a restart without control serves what was assigned before, with the replicas that were left running', async () => {
  const path = await fixture.writeModel('m');
  fixture.feeds.assign([buildAssignment(path, {}, { minReplicas: 1 })]);
  await ready(1);
  const before = await fixture.ask('rev1');
  await fixture.location.close({ keepReplicas: true });
  fixture.feeds.setDown(true);
  await fixture.restart();
  expect(observed()?.replicas).toMatchObject({ requested: 0, fetching: 0, starting: 0, ready: 1 });
  const after = await fixture.ask('rev1');
  expect(after.lease.replica).toBe(before.lease.replica);
  expect(after.body.pid).toBe(before.body.pid);
});

test('after a kill -9 the next location serves with the replica of the one before', async () => {
  const path = await fixture.writeModel('m');
  await fixture.location.close();
  const program = fileURLToPath(new URL('./testing/location-process.ts', import.meta.url));
  const owner = spawn(process.execPath, [program, join(fixture.directory, 'location'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [replica] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  fixture.feeds.setDown(true);
  await fixture.restart();
  expect((await fixture.ask('rev1')).lease).toMatchObject({ replica, wait: { startMs: 0, loadMs: 0 } });
});

test('a replica that was woken just before a kill -9 is kept for as long as if nothing had happened', async () => {
  const path = await fixture.writeModel('m');
  await fixture.location.close();
  const directory = join(fixture.directory, 'location');
  const longAgo = Date.now() - 3_600_000;
  const saved = {
    ...{ startMs: 100, serviceMs: 10, leftAt: null, lastUseAt: longAgo, sinceAt: longAgo },
    ...{ demand: [], memory: null },
  };
  await writeFile(
    join(directory, 'scale.json'),
    JSON.stringify({ version: 2, savedAt: Date.now(), revisions: { rev1: saved } }),
  );
  const program = fileURLToPath(new URL('./testing/location-process.ts', import.meta.url));
  const owner = spawn(process.execPath, [program, directory, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [replica] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  fixture.feeds.setDown(true);
  await fixture.restart();
  expect(observed()?.replicas.ready).toBe(1);
  await waitFor('a decision', () => observed()?.scaling !== undefined);
  expect(observed()?.scaling).toMatchObject({ desired: 1 });
  expect((await fixture.ask('rev1')).lease.replica).toBe(replica);
});

/** What a location does about replicas that answer nothing, fast enough for a test. */
const quickProbes = { livenessInterval: 100, livenessTimeout: 300, livenessFailures: 3 };

test('a model server that is stopped in the middle of a request is found out, killed and replaced', async () => {
  await fixture.location.close();
  await fixture.restart(quickProbes);
  fixture.feeds.assign([buildAssignment(await fixture.writeModel('m'))]);
  await assigned();
  const { pid } = (await fixture.ask('rev1')).body as { pid: number };
  process.kill(pid, 'SIGSTOP');
  const cut = Promise.withResolvers<BeelineError>();
  const lease = await fixture.location.port.acquire({
    ...{ revision: 'rev1', executionId: 'ex_1', signal: new AbortController().signal, cut: cut.resolve },
  });
  const error = await cut.promise;
  lease.release('broken');
  expect(error).toMatchObject({
    code: 'REPLICA_LOST',
    message: expect.stringContaining('the replica stopped answering'),
  });
  await waitFor('the end of the process', () => {
    try {
      return !process.kill(pid, 0);
    } catch {
      return true;
    }
  });
  const next = await fixture.ask('rev1');
  expect(next.status).toBe(200);
  expect(next.body.pid).not.toBe(pid);
});

test('a model server that computes for long without answering anything else is left alone', async () => {
  await fixture.location.close();
  await fixture.restart(quickProbes);
  fixture.feeds.assign([buildAssignment(await fixture.writeModel('m', { burnMs: 2_500 }))]);
  await assigned();
  const { lease, status } = await fixture.ask('rev1');
  expect(status).toBe(200);
  expect([...(observed()?.scaling?.changes ?? [])]).toHaveLength(1);
  expect((await fixture.acquire('rev1')).replica).toBe(lease.replica);
});

test('a replica that was taken over is watched too', async () => {
  fixture.feeds.assign([buildAssignment(await fixture.writeModel('m'))]);
  await assigned();
  const { pid } = (await fixture.ask('rev1')).body as { pid: number };
  await fixture.location.close({ keepReplicas: true });
  await fixture.restart(quickProbes);
  await ready(1);
  process.kill(pid, 'SIGSTOP');
  const lost = () => fixture.feeds.logs.some(({ message }) => message.startsWith('lost: it answered no'));
  await waitFor('the end of the replica', lost);
});

test('a revision is served from the files it was made from, even when these are gone', async () => {
  const path = await fixture.writeModel('m');
  fixture.feeds.assign([buildAssignment(path, {}, { retentionMs: 0 })]);
  await assigned();
  await fixture.ask('rev1');
  const digest = observed()?.artifactDigest ?? null;
  await rm(path, { recursive: true });
  await nothingRuns();
  fixture.feeds.assign([buildAssignment(path, { artifactDigest: digest }, { retentionMs: 0 })]);
  expect((await fixture.ask('rev1')).status).toBe(200);
});

test('a replica that drains with requests is taken back when it is needed again', async () => {
  const path = await fixture.writeModel('m');
  const spread = buildAssignment(path, {}, { minReplicas: 2 });
  fixture.feeds.assign([spread]);
  await ready(2);
  const leases = [await fixture.acquire('rev1'), await fixture.acquire('rev1')];
  expect(new Set(leases.map(({ replica }) => replica)).size).toBe(2);
  fixture.feeds.assign([buildAssignment(path)]);
  await waitFor('a draining replica', () => observed()?.replicas.draining === 1);
  fixture.feeds.assign([spread]);
  await ready(2);
  expect(observed()?.replicas).toMatchObject({ starting: 0, draining: 0 });
  for (const lease of leases) lease.release('served');
  await waitFor('the log', () =>
    fixture.feeds.logs.some(({ message }) => message.startsWith('needed again')),
  );
});

test('a copy of large files holds up neither other models, nor a deletion, nor the end of the location', async () => {
  const large = await fixture.writeModel('large');
  await writeFile(join(large, 'weights'), '');
  await truncate(join(large, 'weights'), 8 * 1024 ** 3);
  const slow = buildAssignment(large, { proof: 'needed', revision: 'slow' });
  const small = buildAssignment(await fixture.writeModel('m'), {}, { retentionMs: 0 });
  const fetching = () => waitFor('the copy', () => observed('slow')?.replicas.fetching === 1);
  fixture.feeds.assign([slow, small]);
  await fetching();
  expect((await fixture.ask('rev1')).status).toBe(200);
  await nothingRuns();
  fixture.feeds.assign([slow]);
  await waitFor('the deletion of the small model', () => observed('rev1') === undefined);
  fixture.feeds.assign([slow, small]);
  await assigned();
  expect((await fixture.ask('rev1')).status).toBe(200);
  expect(observed('slow')?.replicas.fetching).toBe(1);
  const incoming = join(fixture.directory, 'location', 'artifacts', 'incoming');
  fixture.feeds.assign([small]);
  await waitFor('the end of the copy', async () => (await readdir(incoming)).length === 0);
  fixture.feeds.assign([slow, small]);
  await fetching();
  await fixture.location.close();
});

test('closing refuses new requests, finishes those that run and ends all replicas', async () => {
  fixture.feeds.assign([buildAssignment(await fixture.writeModel('m', { answerMs: 300 }))]);
  await assigned();
  await fixture.ask('rev1');
  const running = fixture.ask('rev1');
  const closed = fixture.location.close();
  await expect(fixture.acquire('rev1')).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
  expect((await running).status).toBe(200);
  await closed;
  expect(fixture.feeds.observed.at(-1)?.revisions[0]?.replicas.ready).toBe(0);
});

test('who waits for a replica when the location stops is told so at once', async () => {
  fixture.feeds.assign([buildAssignment(await fixture.writeModel('m', { neverReady: true }))]);
  await assigned();
  const waiting = fixture.acquire('rev1');
  const refused = expect(waiting).rejects.toMatchObject({
    code: 'SHUTTING_DOWN',
    message: 'location here is stopping; try again',
  });
  await waitFor('the start', () => observed()?.replicas.starting === 1);
  await fixture.location.close();
  await refused;
});
