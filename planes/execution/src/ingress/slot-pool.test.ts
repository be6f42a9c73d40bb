import { getEventListeners } from 'node:events';
import { BeelineError } from '@beeline/core/base';
import type { Lease } from '@beeline/core/contract';
import { createFakeClock } from '@beeline/core/testing';
import { beforeEach, expect, test } from 'vitest';
import { newReplica, type Replica } from '../instances/replica.ts';
import { SlotPool, type SlotPoolOptions } from './slot-pool.ts';
import { splitWait } from './split-wait.ts';

let clock: ReturnType<typeof createFakeClock>;
let wakes: number;
let unreachable: string[];
let arrivals: number;
let held: number[];
beforeEach(() => {
  clock = createFakeClock();
  wakes = 0;
  unreachable = [];
  arrivals = 0;
  held = [];
});

function openPool(changes: Partial<SlotPoolOptions> = {}): SlotPool {
  return new SlotPool({
    clock,
    queueLimit: 3,
    queueDeadlineMs: 1_000,
    refusal: () => null,
    retryAfterMs: () => 7_000,
    onArrival: () => {
      arrivals += 1;
    },
    onEnd: (heldMs) => held.push(heldMs),
    onWaiting: () => {
      wakes += 1;
    },
    onUnreachable: ({ id }) => unreachable.push(id),
    ...changes,
  });
}

function readyReplica(id: string, hardConcurrency = 2, changes: Partial<Replica> = {}): Replica {
  const now = clock.monotonicMs();
  return {
    ...newReplica(id, now),
    state: 'ready',
    target: { socketPath: `/${id}.sock` },
    hardConcurrency,
    answeredAt: now,
    readyAt: now,
    ...changes,
  };
}

const never = new AbortController().signal;
const acquire = (pool: SlotPool, signal = never) => pool.acquire({ revision: 'r', executionId: 'e', signal });

function acquireNow(pool: SlotPool): Lease {
  const lease = acquire(pool);
  if (lease instanceof Promise) throw new Error('no slot was free');
  return lease;
}

test('a free slot is handed out at once, on the replica with the fewest requests', () => {
  const pool = openPool();
  pool.add(readyReplica('a'));
  pool.add(readyReplica('b'));
  expect([1, 2, 3, 4].map(() => acquireNow(pool).replica)).toEqual(['a', 'b', 'a', 'b']);
  expect(pool.inFlight).toBe(4);
  expect(wakes).toBe(0);
});

test('the hard limit of a replica is never exceeded; a released slot goes to who waits longest', async () => {
  const pool = openPool();
  const order: string[] = [];
  pool.add(readyReplica('a', 1));
  const held = acquireNow(pool);
  const waiting = ['first', 'second'].map(async (name) => {
    const lease = await acquire(pool);
    order.push(name);
    lease.release('served');
  });
  expect(pool.waiting).toBe(2);
  expect(wakes).toBe(2);
  held.release('served');
  await Promise.all(waiting);
  expect(order).toEqual(['first', 'second']);
  expect(pool).toMatchObject({ inFlight: 0, waiting: 0 });
});

test('a replica that becomes ready serves all who wait, and their wait is split', async () => {
  const pool = openPool();
  const waits = [acquire(pool), acquire(pool)];
  await clock.advance(100);
  const replica = readyReplica('a', 2, { requestedAt: 20, answeredAt: 50, readyAt: 90 });
  pool.add(replica);
  for (const lease of await Promise.all(waits)) {
    expect(lease.wait).toEqual({ queueMs: 30, startMs: 30, loadMs: 40 });
  }
});

test('a full queue refuses with the time to come back', () => {
  const pool = openPool({ queueLimit: 0 });
  expect(() => acquire(pool)).toThrow(expect.objectContaining({ code: 'QUEUE_FULL', retryAfterMs: 7_000 }));
});

test('nobody waits longer than the deadline', async () => {
  const pool = openPool();
  const refused = expect(acquire(pool)).rejects.toMatchObject({
    code: 'REPLICA_TIMEOUT',
    retryAfterMs: 7_000,
  });
  await clock.advance(1_000);
  await refused;
  expect(pool.waiting).toBe(0);
});

test('a caller that goes away leaves the queue, and its timer with it', async () => {
  const pool = openPool();
  const caller = new AbortController();
  const left = acquire(pool, caller.signal);
  caller.abort(new Error('gone'));
  await expect(left).rejects.toThrow('gone');
  await expect(acquire(pool, caller.signal)).rejects.toThrow('gone');
  expect(pool.waiting).toBe(0);
  expect(clock.pendingTimers).toBe(0);
  pool.add(readyReplica('a'));
  expect(pool.inFlight).toBe(0);
});

test('while starts fail nobody is made to wait, and who waits is told', async () => {
  const failure = new BeelineError('REPLICA_FAILED_TO_START', { message: 'broken' });
  expect(() => acquire(openPool({ refusal: () => failure }))).toThrow('broken');
  const pool = openPool();
  const waiting = acquire(pool);
  pool.refuseWaiting(failure);
  await expect(waiting).rejects.toBe(failure);
});

test('a removed replica gets nothing more; its last release tells that it is drained', () => {
  const pool = openPool();
  let drained = 0;
  const replica = readyReplica('a', 2, { onDrained: () => drained++ });
  pool.add(replica);
  const leases = [acquireNow(pool), acquireNow(pool)];
  expect(pool.remove(replica)).toBe(true);
  expect(pool.remove(replica)).toBe(false);
  replica.state = 'draining';
  leases[0]?.release('served');
  expect(drained).toBe(0);
  leases[1]?.release('broken');
  expect(drained).toBe(1);
});

test('a replica that could not be reached is reported, and did not serve', () => {
  const pool = openPool();
  const replica = readyReplica('a');
  pool.add(replica);
  acquireNow(pool).release('unreachable');
  expect(unreachable).toEqual(['a']);
  expect(replica.served).toBe(0);
});

test('a lease is released once', () => {
  const pool = openPool();
  pool.add(readyReplica('a'));
  const lease = acquireNow(pool);
  lease.release('served');
  expect(() => lease.release('served')).toThrow('released twice');
  expect(pool.inFlight).toBe(0);
});

test('every request that may use the pool is counted once, and its time on a replica when it ends', async () => {
  const pool = openPool();
  pool.add(readyReplica('a', 1));
  const first = acquireNow(pool);
  const second = acquire(pool);
  await clock.advance(30);
  first.release('served');
  const granted = await second;
  await clock.advance(20);
  granted.release('served');
  acquireNow(pool).release('unreachable');
  expect({ arrivals, held }).toEqual({ arrivals: 3, held: [30, 20] });
});

test.each([
  ['everything before the replica was asked for is the queue', [0, 100, 60, 80, 100], [60, 20, 20]],
  ['a request that came while it loaded waited for the load only', [85, 100, 60, 80, 100], [0, 0, 15]],
  ['a slot of a replica that was ready long ago is queue', [200, 250, 60, 80, 100], [50, 0, 0]],
] as const)('%s', (_name, [from, to, requestedAt, answeredAt, readyAt], [queueMs, startMs, loadMs]) => {
  expect(splitWait(from, to, { requestedAt, answeredAt, readyAt })).toEqual({ queueMs, startMs, loadMs });
});

test('a lease says where its replica serves and that nothing was waited for', () => {
  const pool = openPool();
  pool.add(readyReplica('a'));
  expect(acquireNow(pool)).toMatchObject({
    target: { socketPath: '/a.sock' },
    wait: { queueMs: 0, startMs: 0, loadMs: 0 },
  });
});

test('a request that ended holds its replica no longer, which served one more and is idle from then on', async () => {
  const pool = openPool();
  const replica = readyReplica('a');
  pool.add(replica);
  const lease = acquireNow(pool);
  expect(replica.holds.size).toBe(1);
  await clock.advance(40);
  lease.release('served');
  expect(replica).toMatchObject({ inFlight: 0, served: 1, idleSince: 40, answeredLately: true });
  expect(replica.holds.size).toBe(0);
  expect(pool.lastReleaseAt).toBe(40);
});

test.each(['aborted', 'broken', 'unreachable'] as const)('a request that was %s shows no life', (outcome) => {
  const pool = openPool();
  const replica = readyReplica('a');
  pool.add(replica);
  acquireNow(pool).release(outcome);
  expect(replica.answeredLately).toBe(false);
});

test('taking out a replica that is not there leaves the others', () => {
  const pool = openPool();
  pool.add(readyReplica('a'));
  expect(pool.remove(readyReplica('b'))).toBe(false);
  expect(acquireNow(pool).replica).toBe('a');
});

test('a replica that is called ready and serves nowhere is an error of ours', () => {
  const pool = openPool();
  pool.add(readyReplica('a', 2, { target: null }));
  expect(() => acquire(pool)).toThrow(expect.objectContaining({ code: 'INTERNAL_ERROR' }));
});

test('who got a slot listens for no abort any more', async () => {
  const pool = openPool();
  const caller = new AbortController();
  const waiting = acquire(pool, caller.signal);
  expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1);
  pool.add(readyReplica('a'));
  await waiting;
  expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
});
