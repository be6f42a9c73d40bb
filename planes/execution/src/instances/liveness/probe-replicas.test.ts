import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRevisionFixture, type RevisionFixture } from '../../testing/revision-fixture.ts';
import { probeReplicas } from './probe-replicas.ts';

let fixture: RevisionFixture;
let asked: number;
let status: number | null;
beforeEach(async () => {
  fixture = await openRevisionFixture();
  asked = 0;
  status = null;
});
afterEach(() => fixture.close());

/** The location's look at its replicas, so many times; nothing answers unless the test says so. */
async function look(times = 1): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await fixture.clock.advance(10_000);
    await probeReplicas(fixture.context, async () => {
      asked += 1;
      return status;
    });
  }
}

test('a replica that answers nothing any more is ended, and its request hears that it stopped answering', async () => {
  const request = fixture.ask();
  const replica = await fixture.served(request);
  await look(2);
  expect(request.cut).toBeNull();
  await look();
  expect(request.cut).toMatchObject({
    code: 'REPLICA_LOST',
    message: expect.stringMatching(/^the replica stopped answering \(nothing for 25s\)/),
  });
  expect(fixture.said).toContain('lost: it answered no liveness probe for 25s');
  expect([fixture.driver.stopped, fixture.driver.graces]).toEqual([[replica], [0]]);
});

test('a request that comes after that is served by another replica', async () => {
  const request = fixture.ask();
  const lost = await fixture.served(request);
  await look(3);
  fixture.driver.finishStops();
  const next = fixture.ask();
  expect(await fixture.served(next)).not.toBe(lost);
});

test('any answer shows that a replica is there, and probes count from anew', async () => {
  const request = fixture.ask();
  await fixture.served(request);
  await look(2);
  status = 503;
  await look();
  status = null;
  await look(2);
  expect(request.cut).toBeNull();
});

test('a replica that finished a request since the last look is not asked, and counts as answering', async () => {
  const long = fixture.ask();
  await fixture.served(long);
  await look(2);
  fixture.ask().release();
  await look();
  expect(asked).toBe(2);
  await look(2);
  expect(long.cut).toBeNull();
  await look();
  expect(long.cut).not.toBeNull();
});

test('a replica that is no longer in service when the probe ends is left to who took it out', async () => {
  const request = fixture.ask(false);
  await fixture.served(request);
  await look(2);
  await fixture.clock.advance(10_000);
  await probeReplicas(fixture.context, async () => {
    fixture.assign({}, { purpose: 'retire' });
    await fixture.clock.advance(2_000);
    fixture.look();
    return null;
  });
  expect(request.cut).toBeNull();
  expect(fixture.said.join('\n')).not.toContain('lost');
});

test('a replica that is still being started is not asked', async () => {
  fixture.ask();
  fixture.look();
  expect([...fixture.revision.replicas.values()].map(({ state }) => state)).toEqual(['fetching']);
  await probeReplicas(fixture.context, async () => {
    asked += 1;
    return null;
  });
  expect(asked).toBe(0);
});
