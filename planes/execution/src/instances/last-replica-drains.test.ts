import { BeelineError } from '@beeline/core/base';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRevisionFixture, type RevisionFixture } from '../testing/revision-fixture.ts';

let fixture: RevisionFixture;
beforeEach(async () => {
  fixture = await openRevisionFixture();
});
afterEach(() => fixture.close());

/** The one replica of the revision, idle for as long as it is kept, and not yet looked at again. */
async function idleReplica(): Promise<string> {
  fixture.assign({ retentionMs: 1_000 });
  const first = fixture.ask();
  const replica = await fixture.served(first);
  first.release();
  await fixture.clock.advance(1_000);
  return replica;
}

/** The last replica of a revision that retires, draining with one request. */
async function drainingReplica() {
  const running = fixture.ask();
  const replica = await fixture.served(running);
  fixture.assign({}, { purpose: 'retire' });
  await fixture.clock.advance(2_000);
  fixture.look();
  expect(fixture.revision.replicas.get(replica)?.state).toBe('draining');
  return { running, replica };
}

/** Asks in the middle of what the location does, when it says this. */
function askWhile(said: string) {
  const asked: ReturnType<RevisionFixture['ask']>[] = [];
  fixture.onLog((message) => {
    if (asked.length === 0 && message.includes(said)) asked.push(fixture.ask());
  });
  return () => {
    const [request] = asked;
    if (request === undefined) throw new Error(`nobody said "${said}"`);
    return request;
  };
}

test('before the decision: the warm replica takes the request and stays', async () => {
  const replica = await idleReplica();
  const late = fixture.ask();
  fixture.look();
  expect(await fixture.served(late)).toBe(replica);
  expect(fixture.driver.stopped).toEqual([]);
});

test('between the decision and the end of routing: the replica takes it, drains, and is taken back', async () => {
  const replica = await idleReplica();
  const late = askWhile('0 replicas wanted');
  fixture.look();
  expect(await fixture.served(late())).toBe(replica);
  fixture.look();
  expect(fixture.revision.replicas.get(replica)?.state).toBe('ready');
  expect(fixture.driver.stopped).toEqual([]);
});

test('between the end of routing and the signal: the replica is taken back for it', async () => {
  const replica = await idleReplica();
  const late = askWhile('draining: ');
  fixture.look();
  expect(await fixture.served(late())).toBe(replica);
  expect(fixture.said).toContain('needed again before it was stopped');
  expect(fixture.driver.stopped).toEqual([]);
});

test('after the signal: a new replica answers it while the old one ends', async () => {
  const replica = await idleReplica();
  fixture.look();
  expect(fixture.driver.stopped).toEqual([replica]);
  const late = fixture.ask();
  expect(await fixture.served(late)).not.toBe(replica);
  expect(fixture.revision.replicas.get(replica)?.state).toBe('draining');
});

test('after the end: a new replica answers it', async () => {
  const replica = await idleReplica();
  fixture.look();
  fixture.driver.finishStops();
  await fixture.clock.advance(1);
  expect([...fixture.revision.replicas.values()]).toEqual([]);
  expect(await fixture.served(fixture.ask())).not.toBe(replica);
});

test('while it drains with a request: it is taken back, and drains again afterwards', async () => {
  const { running, replica } = await drainingReplica();
  const late = fixture.ask();
  expect(await fixture.served(late)).toBe(replica);
  late.release();
  await fixture.clock.advance(2_000);
  fixture.look();
  expect(fixture.revision.replicas.get(replica)?.state).toBe('draining');
  running.release();
  expect(fixture.driver.stopped).toEqual([replica]);
});

test('just before its last request ends: it is taken back', async () => {
  const { running, replica } = await drainingReplica();
  const late = fixture.ask();
  running.release();
  expect(await fixture.served(late)).toBe(replica);
  expect(fixture.driver.stopped).toEqual([]);
});

test('just after its last request ended: a new one answers', async () => {
  const { running, replica } = await drainingReplica();
  running.release();
  const late = fixture.ask();
  expect(await fixture.served(late)).not.toBe(replica);
});

describe('at a location that has room for no other', () => {
  beforeEach(async () => {
    await fixture.close();
    fixture = await openRevisionFixture({ config: { replicaLimit: 1 } });
  });

  test('while it drains with a request: it is taken back', async () => {
    const { replica } = await drainingReplica();
    expect(await fixture.served(fixture.ask())).toBe(replica);
  });

  test('after the signal: a new one answers once the old one has ended', async () => {
    const replica = await idleReplica();
    fixture.look();
    const late = fixture.ask();
    await fixture.clock.advance(1_000);
    expect(late.lease).toBeNull();
    fixture.driver.finishStops();
    expect(await fixture.served(late)).not.toBe(replica);
  });
});

test('in the moment in which its time to drain is over: a new one answers', async () => {
  fixture.assign({}, { drainTimeoutMs: 3_000 });
  const { running, replica } = await drainingReplica();
  fixture.assign({}, { purpose: 'retire', drainTimeoutMs: 3_000 });
  const late = askWhile('cut 1 requests');
  await fixture.clock.advance(3_000);
  expect(running.cut?.code).toBe('DRAIN_TIMEOUT');
  expect(await fixture.served(late())).not.toBe(replica);
});

test('one whose caller left again keeps nothing from its end', async () => {
  const { running, replica } = await drainingReplica();
  const late = fixture.ask();
  fixture.revision.pool.refuseWaiting(new BeelineError('SHUTTING_DOWN', { message: 'it leaves' }));
  running.release();
  await fixture.clock.advance(1_000);
  expect(late.lease).toBeNull();
  expect(fixture.driver.stopped).toEqual([replica]);
});

test('many at once, in all of these moments, are all answered', async () => {
  await idleReplica();
  const before = fixture.ask();
  const deciding = askWhile('0 replicas wanted');
  before.release();
  await fixture.clock.advance(1_000);
  fixture.look();
  const after = Array.from({ length: 5 }, () => fixture.ask());
  for (const request of [deciding(), ...after]) {
    await fixture.served(request);
    request.release();
  }
  expect(fixture.revision.pool).toMatchObject({ inFlight: 0, waiting: 0 });
});
