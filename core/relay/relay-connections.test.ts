import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type RawPeer, type RawServer, startRawServer, waitFor } from '../testing/index.ts';
import { type RunningRelay, startRelay } from './testing/start-relay.ts';

let upstream: RawServer;
let relay: RunningRelay;
let caller: RawPeer;

beforeEach(async () => {
  upstream = await startRawServer();
  relay = await startRelay(upstream.target);
  caller = await relay.connect();
});

afterEach(async () => {
  await relay.close();
  await upstream.close();
});

const get = 'GET /a HTTP/1.1\r\nHost: h\r\n\r\n';
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

/** Replaces the relay by one with other options. */
async function restart(...options: Parameters<typeof startRelay>): Promise<void> {
  await relay.close();
  relay = await startRelay(...options);
  caller = await relay.connect();
}

describe('connections', () => {
  it('are used again after a complete answer', async () => {
    for (let round = 0; round < 3; round += 1) {
      caller.send(get);
      const peer = await upstream.peer(0);
      await peer.until('\r\n\r\n');
      peer.clear();
      peer.send(ok);
      await caller.until('ok');
      caller.clear();
    }
    expect(upstream.peers).toHaveLength(1);
  });

  it.each([
    ['the upstream says close', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'],
    [
      'it sends more than it declared',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil',
    ],
    ['it speaks HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok'],
  ])('are not used again when %s', async (_name, answer) => {
    caller.send(get);
    (await upstream.peer(0)).send(answer);
    await caller.until('ok');
    caller.clear();
    caller.send(get);
    (await upstream.peer(1)).send(ok);
    await caller.until('ok');
    expect(caller.text).not.toContain('evil');
  });

  it('are not used again when they answered before the request had left', async () => {
    caller.send(get);
    const peer = await upstream.peer(0);
    peer.send(ok);
    await caller.until('ok');
    caller.clear();
    // Both are there at once, the request first: it is read, and still waits to be written when the answer is.
    caller.send(get);
    peer.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray');
    await caller.until('stray');
    caller.clear();
    caller.send(get);
    (await upstream.peer(1)).send(ok);
    expect(await caller.until('ok')).not.toContain('stray');
  });

  it('that nobody uses are closed after a while', async () => {
    const clock = createFakeClock();
    await restart(upstream.target, { clock, keepMs: 4_000 });
    caller.send(get);
    (await upstream.peer(0)).send(ok);
    await caller.until('ok');
    await clock.advance(3_000);
    expect(relay.pool.size).toBe(1);
    await clock.advance(2_000);
    await waitFor('the connection to go', () => relay.pool.size === 0);
    expect(clock.pendingTimers).toBeLessThanOrEqual(1);
  });

  it('that the upstream keeps for a shorter time are closed before it does', async () => {
    const clock = createFakeClock();
    await restart(upstream.target, { clock, keepMs: 60_000 });
    caller.send(get);
    (await upstream.peer(0)).send('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nContent-Length: 2\r\n\r\nok');
    await caller.until('ok');
    await clock.advance(5_000);
    await waitFor('the connection to go', () => relay.pool.size === 0);
  });

  it('closed by the upstream while a small request is on its way are replaced, unseen by the caller', async () => {
    caller.send(get);
    const first = await upstream.peer(0);
    await first.until('\r\n\r\n');
    first.send(ok);
    await caller.until('ok');
    caller.clear();
    first.socket.pause(); // leaves the next request unread, as a server that is about to close does
    caller.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody');
    await waitFor('the request to be sent', () => relay.pool.size === 1 && relay.outcomes.length === 1);
    first.destroy();
    const second = await upstream.peer(1);
    expect(await second.until('body')).toMatch(/^POST [\s\S]*content-length: 4\r\n\r\nbody$/);
    second.send(ok);
    await caller.until('ok');
    expect(await relay.outcome(1)).toMatchObject({ ended: 'complete', requestBytes: 4 });
  });

  it('over TCP that are lost after a POST was sent are not replaced', async () => {
    const tcp = await startRawServer({ tcp: true });
    await restart(tcp.target);
    caller.send(get);
    const first = await tcp.peer(0);
    await first.until('\r\n\r\n');
    first.send(ok);
    await caller.until('ok');
    caller.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody');
    await first.until('body');
    first.destroy();
    await caller.until('relay failed');
    expect(await relay.outcome(1)).toMatchObject({ ended: 'upstream-broken' });
    expect(tcp.peers).toHaveLength(1);
    await relay.close();
    await tcp.close();
    relay = await startRelay(upstream.target);
  });
});

describe('an upstream that', () => {
  it('is not there leaves the request whole for another one', async () => {
    await restart({ socketPath: '/nowhere/at/all' }, { fallback: upstream.target });
    caller.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody');
    const peer = await upstream.peer(0);
    await peer.until('body');
    peer.send(ok);
    await caller.until('ok');
    expect(relay.outcomes.map((outcome) => outcome.ended)).toEqual(['upstream-unreachable', 'complete']);
  });

  it('ends before its head leaves the caller to be answered', async () => {
    caller.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody');
    const peer = await upstream.peer(0);
    await peer.until('body');
    peer.socket.end();
    await caller.until('relay failed');
    expect(await relay.outcome(0)).toMatchObject({ ended: 'upstream-broken', headSent: false });
  });

  it.each([
    ['chunks', 'Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'],
    ['a declared length', 'Content-Length: 100\r\n\r\nhello'],
  ])('ends in the middle of %s has the caller cut, never a short answer', async (_name, rest) => {
    caller.send(get);
    const peer = await upstream.peer(0);
    await peer.until('\r\n\r\n');
    peer.send(`HTTP/1.1 200 OK\r\n${rest}`);
    await caller.until('hello');
    peer.destroy();
    await waitFor('the cut', () => caller.ended);
    expect(caller.failed).toBe(true);
    expect(caller.text).toMatch(/hello(\r\n)?$/);
    expect(await relay.outcome(0)).toMatchObject({ ended: 'upstream-broken', headSent: true, status: 200 });
  });

  it('says nothing is given up after the first-byte limit', async () => {
    const clock = createFakeClock();
    await restart(upstream.target, { clock, firstByteMs: 10_000, idleMs: 60_000 });
    caller.send(get);
    const peer = await upstream.peer(0);
    await peer.until('\r\n\r\n');
    await clock.advance(9_000);
    expect(relay.outcomes).toEqual([]);
    await clock.advance(2_500);
    expect(await relay.outcome(0)).toMatchObject({ ended: 'first-byte-timeout', headSent: false });
    await caller.until('relay failed');
  });

  it('falls silent in its answer is given up after the idle limit, and the caller is cut', async () => {
    const clock = createFakeClock();
    await restart(upstream.target, { clock, firstByteMs: 1_000, idleMs: 20_000 });
    caller.send(get);
    const peer = await upstream.peer(0);
    await peer.until('\r\n\r\n');
    peer.send('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello');
    await caller.until('hello');
    await clock.advance(15_000);
    peer.send('more');
    await caller.until('more');
    await clock.advance(15_000);
    expect(relay.outcomes).toEqual([]);
    await clock.advance(10_000);
    expect(await relay.outcome(0)).toMatchObject({ ended: 'idle-timeout', headSent: true });
    await waitFor('the cut', () => caller.ended);
  });
});

describe('a caller that goes away', () => {
  it.each([
    ['before the answer', ''],
    ['in the middle of it', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello'],
  ])('%s has the upstream cut at once', async (_name, answer) => {
    caller.send(get);
    const peer = await upstream.peer(0);
    await peer.until('\r\n\r\n');
    peer.send(answer);
    if (answer !== '') await caller.until('hello');
    caller.destroy();
    await waitFor('the upstream to be cut', () => peer.ended);
    expect(await relay.outcome(0)).toMatchObject({ ended: 'client-aborted', headSent: answer !== '' });
  });

  it('in the middle of its body has the upstream cut at once', async () => {
    caller.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhello');
    const peer = await upstream.peer(0);
    await peer.until('hello');
    caller.destroy();
    await waitFor('the upstream to be cut', () => peer.ended);
    expect(await relay.outcome(0)).toMatchObject({ ended: 'client-aborted', requestBytes: 5 });
  });

  it('with a request behind the one that runs has that one cut, and the other goes nowhere', async () => {
    caller.send(get + get.replace('/a', '/b'));
    const peer = await upstream.peer(0);
    await peer.until('\r\n\r\n');
    caller.destroy();
    await waitFor('the upstream to be cut', () => peer.ended);
    expect((await relay.outcome(0)).ended).toBe('client-aborted');
    expect(upstream.peers.map((each) => each.text).join('')).not.toContain('/b');
  });
});

describe('pipelined requests', () => {
  it('are sent on and answered one after the other', async () => {
    caller.send(get + get.replace('/a', '/b'));
    const peer = await upstream.peer(0);
    await peer.until('/a');
    expect(peer.text).not.toContain('/b');
    peer.send(ok.replace('ok', 'A!'));
    await peer.until('/b');
    peer.send(ok.replace('ok', 'B!'));
    expect(await caller.until('B!')).toMatch(/A![\s\S]*B!/);
  });
});
