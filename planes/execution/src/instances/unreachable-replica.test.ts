import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRevisionFixture, type RevisionFixture } from '../testing/revision-fixture.ts';
import { checkSuspect } from './end-replica.ts';

let fixture: RevisionFixture;
let directory: string;
let server: Server;
let probes: number;
let status: number | Promise<number>;

beforeEach(async () => {
  fixture = await openRevisionFixture();
  directory = await mkdtemp(join(tmpdir(), 'bl-unreachable-'));
  probes = 0;
  status = 503;
  server = createServer(async (_request, response) => {
    probes += 1;
    response.writeHead(await status).end();
  });
  await new Promise<void>((resolve) => server.listen(join(directory, 's'), resolve));
});
afterEach(async () => {
  await fixture.close();
  server.close();
  await rm(directory, { recursive: true });
});

/** A ready replica that a request could not reach; probes of it reach the test's server. */
async function unreachable() {
  const request = fixture.ask();
  await fixture.served(request);
  request.release();
  const replica = await waitFor('the replica', () => [...fixture.revision.replicas.values()][0]);
  replica.target = { socketPath: join(directory, 's') };
  const asked = { revision: 'rev1', executionId: 'exe_1', signal: new AbortController().signal };
  const lease = fixture.revision.pool.acquire(asked);
  if ('then' in lease) throw new Error('no slot was free');
  lease.release('unreachable');
  return replica;
}

test('a replica that cannot be reached and does not get well is asked five times and given up', async () => {
  const replica = await unreachable();
  const { pendingTimers } = fixture.clock;
  for (let count = 1; count <= 5; count += 1) {
    await waitFor(`probe ${count}`, () => probes === count && fixture.clock.pendingTimers > pendingTimers);
    expect(replica.state).toBe('ready');
    await fixture.clock.advance(499);
    expect(fixture.clock.pendingTimers).toBe(pendingTimers + 1);
    await fixture.clock.advance(1);
  }
  expect([replica.state, probes]).toEqual(['failed', 5]);
  expect(fixture.said).toContain('lost: it could not be reached and does not answer');
  expect(fixture.driver.stopped).toEqual([replica.id]);
});

test('while it is asked nobody gets it, and then it is taken back', async () => {
  const replica = await unreachable();
  const waiting = fixture.ask();
  await waitFor('the first probe', () => probes === 1);
  expect(waiting.lease).toBeNull();
  status = 200;
  await waitFor('the replica to be taken back', async () => {
    await fixture.clock.advance(500);
    return waiting.lease?.replica === replica.id;
  });
  expect(replica.state).toBe('ready');
});

/** A replica with a request that begins to drain while it is asked; `answer` is what the probe gets then. */
async function drainingSuspect(answer: Promise<number>) {
  await fixture.served(fixture.ask());
  const replica = await waitFor('the replica', () => [...fixture.revision.replicas.values()][0]);
  replica.target = { socketPath: join(directory, 's') };
  fixture.assign({}, { purpose: 'retire' });
  await fixture.clock.advance(1_999);
  status = answer;
  const checked = checkSuspect(fixture.context, fixture.revision, replica);
  await waitFor('the first probe', () => probes === 1);
  await fixture.clock.advance(1);
  fixture.look();
  expect(replica.state).toBe('draining');
  return { replica, checked };
}

test.each([200, 503])('one that drains meanwhile is left to that, whatever it answers: %d', async (code) => {
  let answer: (code: number) => void = () => {};
  const { replica, checked } = await drainingSuspect(new Promise((resolve) => (answer = resolve)));
  answer(code);
  await checked;
  expect([replica.state, probes]).toEqual(['draining', 1]);
  expect(fixture.revision.pool.remove(replica)).toBe(false);
});

test('one that was taken back meanwhile is there once', async () => {
  let answer: (code: number) => void = () => {};
  const { replica, checked } = await drainingSuspect(new Promise((resolve) => (answer = resolve)));
  expect(await fixture.served(fixture.ask())).toBe(replica.id);
  answer(200);
  await checked;
  expect([fixture.revision.pool.remove(replica), fixture.revision.pool.remove(replica)]).toEqual([
    true,
    false,
  ]);
});

test('several requests that could not reach it are one reason to ask', async () => {
  const replica = await unreachable();
  await checkSuspect(fixture.context, fixture.revision, replica);
  status = 200;
  await waitFor('the replica to be taken back', async () => {
    await fixture.clock.advance(500);
    return fixture.revision.pool.remove(replica);
  });
  fixture.revision.pool.add(replica);
  expect(probes).toBeLessThanOrEqual(2);
});
