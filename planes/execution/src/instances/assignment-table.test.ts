import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildAssignment } from '../testing/location-fixture.ts';
import { openRevisionFixture, type RevisionFixture } from '../testing/revision-fixture.ts';

let fixture: RevisionFixture;
beforeEach(async () => {
  fixture = await openRevisionFixture();
});
afterEach(() => fixture.close());

const signal = new AbortController().signal;
const acquire = () => fixture.revision.pool.acquire({ revision: 'rev1', executionId: 'exe_9', signal });
const withdraw = () => fixture.table.apply({ version: 40, location: 'here', revisions: [] });
const failure = { code: 'LOAD_FAILED', message: 'it broke', logTail: [] };

test('a table follows the version of the last assignments, and control hears that it does', () => {
  const before = fixture.told.length;
  fixture.table.apply({ version: 7, location: 'here', revisions: [buildAssignment('/m')] });
  expect(fixture.table.version).toBe(7);
  expect(fixture.told.length).toBe(before + 1);
});

test('a revision that is taken away refuses who waits and who comes, until it is assigned again', async () => {
  const waiting = fixture.ask();
  withdraw();
  const refusal = { code: 'REVISION_NOT_HERE', message: expect.stringContaining('location here') };
  await waitFor('the refusal', () => waiting.refusal);
  expect(waiting.refusal).toMatchObject(refusal);
  expect(acquire).toThrow(expect.objectContaining(refusal));
  expect(fixture.revision.withdrawn).toBe(true);
  fixture.assign();
  expect(fixture.revision.withdrawn).toBe(false);
  await fixture.served(fixture.ask());
});

test('one that is forgotten is there no longer, and another keeps its place', () => {
  const other = buildAssignment('/m', { revision: 'rev2' });
  fixture.table.apply({ version: 9, location: 'here', revisions: [other] });
  fixture.table.forget(fixture.revision);
  expect([...fixture.table.revisions.keys()]).toEqual(['rev2']);
});

test('only one that is still assigned goes on when another is taken away', () => {
  const other = buildAssignment('/m', { revision: 'rev2' });
  fixture.table.apply({ version: 9, location: 'here', revisions: [buildAssignment('/m'), other] });
  fixture.table.apply({ version: 10, location: 'here', revisions: [buildAssignment('/m')] });
  const withdrawn = [...fixture.table.revisions.values()].map((one) => one.withdrawn);
  expect(withdrawn).toEqual([false, true]);
});

test('who comes is told of a failure only while no replica lives, and how long the pause still is', async () => {
  await fixture.served(fixture.ask());
  fixture.revision.failure = failure;
  fixture.revision.retryAt = fixture.clock.monotonicMs() + 4_000;
  for (let count = 0; count < 3; count += 1) fixture.ask();
  const late = fixture.ask();
  await fixture.clock.advance(0);
  expect(late.refusal).toBeNull();
  for (const replica of fixture.revision.replicas.values()) {
    fixture.revision.pool.remove(replica);
    replica.state = 'failed';
  }
  const refusal = { code: 'REPLICA_FAILED_TO_START', retryAfterMs: 4_000 };
  expect(acquire).toThrow(expect.objectContaining(refusal));
  await fixture.clock.advance(3_500);
  expect(acquire).toThrow(expect.objectContaining({ ...refusal, retryAfterMs: 1_000 }));
  for (const replica of fixture.revision.replicas.values()) replica.state = 'ready';
});

test('when the pause is over, who comes may wait for the next start', async () => {
  fixture.revision.failure = failure;
  fixture.revision.retryAt = 2_000;
  await fixture.clock.advance(1_999);
  expect(acquire).toThrow();
  await fixture.clock.advance(1);
  await fixture.served(fixture.ask());
});

test('a revision whose proof has failed refuses whoever comes, however long ago that was', async () => {
  fixture.revision.failure = failure;
  fixture.revision.proof = 'failed';
  await fixture.clock.advance(60_000);
  expect(acquire).toThrow(expect.objectContaining({ code: 'REPLICA_FAILED_TO_START', retryAfterMs: 1_000 }));
});

test('who finds the queue full hears when a start may be over: what was measured, or five seconds', async () => {
  await fixture.close();
  fixture = await openRevisionFixture({ config: { queueLimit: 1 } });
  fixture.ask();
  expect(acquire).toThrow(expect.objectContaining({ code: 'QUEUE_FULL', retryAfterMs: 5_000 }));
  fixture.revision.startMs = 700;
  expect(acquire).toThrow(expect.objectContaining({ code: 'QUEUE_FULL', retryAfterMs: 700 }));
});

test('who waits for longer than the deadline of the location is refused', async () => {
  await fixture.close();
  fixture = await openRevisionFixture({ config: { queueDeadline: 3_000 } });
  fixture.driver.start = () => new Promise(() => {});
  const waiting = fixture.ask();
  await fixture.clock.advance(3_000);
  expect(waiting.refusal).toMatchObject({ code: 'REPLICA_TIMEOUT' });
  for (const replica of fixture.revision.replicas.values()) replica.state = 'gone';
  fixture.revision.replicas.clear();
});

test('requests are counted when they come, and for how long they ran when they end', async () => {
  const request = fixture.ask();
  await fixture.served(request);
  await fixture.clock.advance(1_500);
  request.release();
  const reading = fixture.revision.demand.read(fixture.clock.monotonicMs(), 60_000);
  expect(reading).toMatchObject({ serviceMs: 1_500, quietMs: 1_500 });
});

test('a revision begins with what was learned of it before the location was started', async () => {
  await fixture.close();
  fixture = await openRevisionFixture({
    recalled: () => ({
      ...{ startMs: 900, serviceMs: 80, lastUseAt: -5_000, lastUseOnWall: 1 },
      ...{ demand: null, memory: null },
    }),
  });
  expect(fixture.revision).toMatchObject({ startMs: 900, serviceMs: 80, usedBefore: -5_000 });
});

test('control’s word of a proof counts, and its digest of the files, and none of them is forgotten again', () => {
  const send = (version: number, changes: object) =>
    fixture.table.apply({ version, location: 'here', revisions: [buildAssignment('/m', changes)] });
  send(20, { revision: 'rev2', proof: 'needed', artifactDigest: null });
  const revision = fixture.table.revisions.get('rev2');
  expect(revision).toMatchObject({ proof: 'pending', artifactDigest: null });
  send(21, { revision: 'rev2', proof: 'done', artifactDigest: 'sha256:2' });
  expect(revision).toMatchObject({ proof: 'proved', artifactDigest: 'sha256:2' });
  send(22, { revision: 'rev2', proof: 'needed', artifactDigest: null });
  expect(revision).toMatchObject({ proof: 'proved', artifactDigest: 'sha256:2' });
});
