import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRevisionFixture, type RevisionFixture, type TestRequest } from '../testing/revision-fixture.ts';

const isReady = ({ state }: { readonly state: string }) => state === 'ready';
let fixture: RevisionFixture;
beforeEach(async () => {
  fixture = await openRevisionFixture();
});
afterEach(() => fixture.close());

/** A request that runs on a replica which drains, because its revision retires. */
async function drainingRequest(drainTimeoutMs: number | null, endsWhenCut = true): Promise<TestRequest> {
  const running = fixture.ask(endsWhenCut);
  await fixture.served(running);
  fixture.assign({}, { purpose: 'retire', drainTimeoutMs });
  await fixture.clock.advance(2_000);
  fixture.look();
  return running;
}

test('a request that ends within the limit is not cut, and its replica is stopped then', async () => {
  const running = await drainingRequest(10_000);
  await fixture.clock.advance(9_999);
  expect(fixture.driver.stopped).toEqual([]);
  running.release();
  expect(running.cut).toBeNull();
  expect(fixture.driver.stopped).toHaveLength(1);
});

test('one that outlives it is cut with the reason, and then its replica is stopped', async () => {
  const running = await drainingRequest(10_000);
  await fixture.clock.advance(10_000);
  expect(running.cut).toMatchObject({
    code: 'DRAIN_TIMEOUT',
    message: expect.stringContaining('within 10s (drainTimeout)'),
  });
  expect(fixture.said).toContain('cut 1 requests that did not end within 10s (drainTimeout)');
  expect(fixture.driver.stopped).toHaveLength(1);
});

test('a replica has time to end once its requests have ended or were cut', async () => {
  await drainingRequest(10_000);
  await fixture.clock.advance(10_000);
  expect(fixture.driver.graces).toEqual([5_000]);
});

test('a replica whose requests do not let go is stopped without more ado a second later, and once', async () => {
  const running = await drainingRequest(10_000, false);
  await fixture.clock.advance(10_999);
  expect(fixture.driver.graces).toEqual([]);
  await fixture.clock.advance(1);
  expect(fixture.driver.graces).toEqual([0]);
  running.release();
  expect(fixture.driver.stopped).toHaveLength(1);
});

test('without a limit of the deployment that of the location counts', async () => {
  const running = await drainingRequest(null);
  await fixture.clock.advance(299_999);
  expect(running.cut).toBeNull();
  await fixture.clock.advance(1);
  expect(running.cut?.message).toContain('within 5m00s (replicaDrainTimeout)');
});

test.each([
  ['a shorter one cuts sooner, at once when that time is over', 2_000, 0],
  ['a longer one gives more time, counted from when it began to drain', 20_000, 15_000],
])('a limit that is changed meanwhile counts: %s', async (_name, changedMs, leftMs) => {
  const running = await drainingRequest(10_000);
  await fixture.clock.advance(5_000);
  fixture.assign({}, { purpose: 'retire', drainTimeoutMs: changedMs });
  await fixture.clock.advance(Math.max(0, leftMs - 1));
  if (leftMs > 0) expect(running.cut).toBeNull();
  await fixture.clock.advance(Math.min(1, leftMs));
  expect(running.cut?.code).toBe('DRAIN_TIMEOUT');
});

test('a replica that is taken back is not cut, and has its whole time when it drains again', async () => {
  const running = await drainingRequest(10_000);
  await fixture.clock.advance(9_000);
  const late = fixture.ask();
  await fixture.served(late);
  await fixture.clock.advance(5_000);
  expect(running.cut).toBeNull();
  fixture.look();
  await fixture.clock.advance(9_999);
  expect(running.cut).toBeNull();
  await fixture.clock.advance(1);
  expect([running.cut?.code, late.cut?.code]).toEqual(['DRAIN_TIMEOUT', 'DRAIN_TIMEOUT']);
});

test.each([
  [
    'fewer replicas',
    () => fixture.assign({ minReplicas: 0, stableWindowMs: 6_000 }, { drainTimeoutMs: 1_000 }),
  ],
  ['deletion', () => fixture.table.apply({ version: 99, location: 'here', revisions: [] })],
])('it holds for %s', async (_why, change) => {
  fixture.assign({ minReplicas: 2 }, { drainTimeoutMs: 1_000 });
  await waitFor('two replicas', () => [...fixture.revision.replicas.values()].filter(isReady).length === 2);
  const requests = [fixture.ask(), fixture.ask()];
  const replicas = await Promise.all(requests.map((request) => fixture.served(request)));
  expect(new Set(replicas).size).toBe(2);
  change();
  for (let second = 0; second < 30; second += 1) {
    fixture.look();
    await fixture.clock.advance(1_000);
  }
  expect(requests.some(({ cut }) => cut?.code === 'DRAIN_TIMEOUT')).toBe(true);
});
