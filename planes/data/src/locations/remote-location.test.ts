import { Secret } from '@beeline/core/base';
import type { AcquireRequest, Lease, LeaseOutcome, LocationPort } from '@beeline/core/contract';
import {
  createFakeClock,
  type FakeClock,
  type RawServer,
  startRawServer,
  waitFor,
} from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRemoteLocation } from './remote-location.ts';

const holdMs = 5_000;
const answer = (status: string) => `HTTP/1.1 ${status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;

const request = (signal = new AbortController().signal): AcquireRequest => ({
  revision: 'rev-1',
  executionId: 'exe_1',
  signal,
});

function leaseAtOnce(location: LocationPort): Lease {
  const lease = location.acquire(request());
  if ('then' in lease) throw new Error('the request is held');
  return lease;
}

describe.each([false, true])('a location in another process (over TCP: %s)', (tcp) => {
  let clock: FakeClock;
  let ingress: RawServer;
  let location: LocationPort;

  beforeEach(async () => {
    clock = createFakeClock();
    ingress = await startRawServer({ tcp });
    const token = new Secret('between-us');
    location = createRemoteLocation({ name: 'paris', target: ingress.target, token, clock, holdMs });
  });
  afterEach(async () => {
    await ingress.close();
    expect(clock.pendingTimers).toBe(0);
  });

  /** Has the location take itself for away, as after a request that it declined. */
  const goAway = () => leaseAtOnce(location).release('unreachable');
  const hold = (signal?: AbortSignal): Promise<Lease> => {
    const held = location.acquire(request(signal));
    if (!('then' in held)) throw new Error('the request is not held');
    return held;
  };
  /** Waits for the question with this number, counted from 0. */
  const question = async (index: number) => {
    const peer = await ingress.peer(index);
    expect(await peer.until('\r\n\r\n')).toMatch(/^GET \/readyz HTTP\/1\.1\r\n/);
    return peer;
  };
  const sayReady = async (index: number) => (await question(index)).send(answer('200 OK'));
  /** Says no, and waits until the location pauses, with so many requests that have their own limit. */
  const sayNotReady = async (index: number, held: number) => {
    (await question(index)).send(answer('503 Service Unavailable'));
    await waitFor('the pause', () => clock.pendingTimers === held + 1);
  };

  it('gives leases on its ingress at once, with the token and the revision', () => {
    const lease = leaseAtOnce(location);
    expect(lease).toMatchObject({ target: ingress.target, replica: null });
    expect(lease.ingress).toEqual(['x-beeline-internal-token', 'between-us', 'x-beeline-revision', 'rev-1']);
    expect(lease.wait).toEqual({ queueMs: 0, startMs: 0, loadMs: 0 });
    expect(ingress.peers).toHaveLength(0);
  });

  it.each<LeaseOutcome>(['served', 'aborted', 'broken'])('stays there after a lease ended %s', (outcome) => {
    leaseAtOnce(location).release(outcome);
    expect(leaseAtOnce(location).wait.queueMs).toBe(0);
  });

  it('that took no request has the next ones held until it says that it is ready', async () => {
    goAway();
    const held = [hold(), hold()];
    await sayNotReady(0, 2);
    await clock.advance(100);
    await sayNotReady(1, 2);
    await clock.advance(100);
    await sayReady(2);
    const leases = await Promise.all(held);
    expect(leases.map(({ wait }) => wait)).toEqual([
      { queueMs: 200, startMs: 0, loadMs: 0 },
      { queueMs: 200, startMs: 0, loadMs: 0 },
    ]);
    expect(leaseAtOnce(location).wait.queueMs).toBe(0);
  });

  it('that is back gets those who wait some at a time, and none while it is away again', async () => {
    goAway();
    let granted = 0;
    const held = Array.from({ length: 150 }, () =>
      hold().then(() => {
        granted += 1;
      }),
    );
    await sayReady(0);
    await waitFor('the first of them', () => granted > 0);
    expect(granted).toBe(64);
    await clock.advance(10);
    expect(granted).toBe(128);
    goAway();
    await clock.advance(10);
    expect(granted).toBe(128);
    await sayReady(1);
    await Promise.all(held);
    expect(granted).toBe(150);
  });

  it('is asked by one question at a time, however many wait, and by none when nobody does', async () => {
    goAway();
    const leaving = new AbortController();
    const held = Array.from({ length: 20 }, () =>
      hold(leaving.signal).catch((error: Error) => error.message),
    );
    await sayNotReady(0, 20);
    await clock.advance(100);
    await question(1);
    expect(ingress.peers).toHaveLength(2);
    leaving.abort(new Error('the caller went away'));
    expect(new Set(await Promise.all(held))).toEqual(new Set(['the caller went away']));
    await sayNotReady(1, 0);
    await clock.advance(1_000);
    expect(ingress.peers).toHaveLength(2);
  });

  it('holds a request no longer than its limit, and then says how long that was', async () => {
    goAway();
    const refused = expect(hold()).rejects.toMatchObject({
      code: 'NO_CAPACITY',
      retryAfterMs: 1_000,
      message: 'location paris did not take requests for 5000 ms; try again later',
    });
    await ingress.peer(0);
    await clock.advance(holdMs);
    await refused;
    await sayNotReady(0, 0);
    await clock.advance(100);
    expect(ingress.peers).toHaveLength(1);
  });

  it('after the limit holds the next request too, and takes it when it is back', async () => {
    goAway();
    const refused = expect(hold()).rejects.toMatchObject({ code: 'NO_CAPACITY' });
    await clock.advance(holdMs);
    await refused;
    const held = hold();
    await sayReady(0);
    expect((await held).target).toEqual(ingress.target);
  });

  it('that is away is asked again when somebody wants to know, and is there again although nobody waited', async () => {
    expect(location.reachable).toBe(true);
    goAway();
    expect([location.reachable, location.reachable]).toEqual([false, false]);
    await sayNotReady(0, 0);
    expect(location.reachable).toBe(false);
    expect(ingress.peers).toHaveLength(1);
    await clock.advance(100);
    expect(location.reachable).toBe(false);
    await sayReady(1);
    await waitFor('the location', () => location.reachable);
    expect(leaseAtOnce(location).wait.queueMs).toBe(0);
  });

  it('holds nothing for a caller that has left already', async () => {
    goAway();
    const left = AbortSignal.abort(new Error('gone before'));
    await expect(location.acquire(request(left))).rejects.toThrow('gone before');
    expect(ingress.peers).toHaveLength(0);
  });

  it('whose listener is closed is asked again after a pause', async () => {
    await ingress.close();
    goAway();
    const caller = new AbortController();
    const held = hold(caller.signal);
    await waitFor('the pause', () => clock.pendingTimers === 2);
    caller.abort(new Error('enough'));
    await expect(held).rejects.toThrow('enough');
    await clock.advance(100);
  });
});
