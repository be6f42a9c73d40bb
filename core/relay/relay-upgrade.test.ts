import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createFakeClock,
  type RawPeer,
  type RawServer,
  rawPeer,
  startRawServer,
  waitFor,
} from '../testing/index.ts';
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

const ask =
  'GET /chat HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n';
const agree =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: a\r\n\r\n';

describe('an upgrade', () => {
  it('joins the two sockets, early bytes of both sides included', async () => {
    caller.send(`${ask}early`);
    const peer = await upstream.peer(0);
    expect(await peer.until('\r\n\r\n')).toBe(
      'GET /chat HTTP/1.1\r\nHost: h\r\nSec-WebSocket-Key: k\r\nx-added: by-relay\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n',
    );
    peer.send(`${agree}first`);
    const head = await caller.until('first');
    expect(head).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: a\r\nx-relayed: yes\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\nfirst',
    );
    await peer.until('early');
    caller.send('ping');
    await peer.until('earlyping');
    peer.send('pong');
    await caller.until('firstpong');
    caller.socket.end();
    await waitFor('the upstream to hear of the end', () => peer.ended);
    peer.socket.end();
    expect(await relay.outcome(0)).toMatchObject({
      ended: 'complete',
      status: 101,
      requestBytes: 9,
      responseBytes: 9,
    });
  });

  it('keeps what comes after the head away from the upstream until it has agreed', async () => {
    caller.send(`${ask}GET /second HTTP/1.1\r\nHost: h\r\n\r\n`);
    const peer = await upstream.peer(0);
    await peer.until('\r\n\r\n');
    peer.send('HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno');
    expect(await caller.until('no')).toContain('426 Upgrade Required');
    await waitFor('the end', () => caller.ended);
    expect(caller.text).toContain('connection: close');
    expect(peer.text).not.toContain('/second');
    expect(await relay.outcome(0)).toMatchObject({ ended: 'complete', status: 426, responseBytes: 2 });
  });

  it('with a body is refused', async () => {
    caller.send(ask.replace('Sec-', 'Content-Length: 4\r\nSec-').replace('\r\n\r\n', '\r\n\r\nbody'));
    expect(await caller.until('cannot have a body')).toContain('400');
    expect(upstream.peers).toHaveLength(0);
  });

  it.each([
    ['another protocol', agree.replace('websocket', 'h2c')],
    ['no protocol', agree.replace('Upgrade: websocket\r\n', '')],
    ['no Connection', agree.replace('Connection: Upgrade\r\n', '')],
    ['a body', agree.replace('\r\n\r\n', '\r\nContent-Length: 0\r\n\r\n')],
    ['chunks', agree.replace('\r\n\r\n', '\r\nTransfer-Encoding: chunked\r\n\r\n')],
  ])('agreed to with %s opens no tunnel, and the caller is told', async (_what, answer) => {
    caller.send(`${ask}GET /second HTTP/1.1\r\n\r\n`);
    const peer = await upstream.peer(0);
    peer.send(`${answer}HTTP/1.1 200 OK\r\n\r\n`);
    expect(await caller.until('relay failed')).toMatch(/^HTTP\/1\.1 599 /);
    expect(await relay.outcome(0)).toMatchObject({ ended: 'upstream-broken', headSent: false });
    await waitFor('the upstream to be cut', () => peer.ended);
    expect(peer.text).not.toContain('/second');
    expect(caller.text).not.toContain('200 OK');
  });

  it('asked for in HTTP/1.0 is none', async () => {
    caller.send(ask.replace('1.1', '1.0'));
    const peer = await upstream.peer(0);
    expect(await peer.until('\r\n\r\n')).not.toMatch(/upgrade/i);
    peer.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    expect(await caller.until('ok')).toContain('200 OK');
  });

  it('ends on both sides when the caller is cut', async () => {
    caller.send(ask);
    const peer = await upstream.peer(0);
    peer.send(agree);
    await caller.until('101');
    caller.socket.resetAndDestroy();
    await waitFor('the upstream to be cut', () => peer.ended);
    await relay.outcome(0);
  });

  it('ends on both sides when the upstream is cut', async () => {
    caller.send(ask);
    const peer = await upstream.peer(0);
    peer.send(agree);
    await caller.until('101');
    peer.destroy();
    await waitFor('the caller to be cut', () => caller.ended);
    await relay.outcome(0);
  });

  it('on which nothing moves is ended after the idle limit', async () => {
    const clock = createFakeClock();
    await relay.close();
    relay = await startRelay(upstream.target, { clock, idleMs: 10_000 });
    caller = await relay.connect();
    caller.send(ask);
    const peer = await upstream.peer(0);
    peer.send(agree);
    await caller.until('101');
    await clock.advance(8_000);
    peer.send('tick');
    await caller.until('tick');
    await clock.advance(8_000);
    expect(relay.outcomes).toEqual([]);
    await clock.advance(6_000);
    expect(await relay.outcome(0)).toMatchObject({ ended: 'idle-timeout' });
    await waitFor('both to be cut', () => caller.ended && peer.ended);
  });

  it.each([
    ['agreed and ended', `${agree}bye`, 'bye'],
    ['answered otherwise', 'HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno', 'no'],
  ])('is over when the upstream has %s, whatever the caller still sends', async (_what, answer, last) => {
    const open = rawPeer(connect({ port: relay.port, host: '127.0.0.1', allowHalfOpen: true }));
    open.send(ask);
    const peer = await upstream.peer(0);
    await peer.until('\r\n\r\n');
    peer.socket.end(answer);
    await open.until(last);
    await waitFor('the end', () => open.ended);
    expect(open.failed).toBe(false);
    open.send('still here');
    caller.destroy();
    await waitFor('the connections to be over', () => relay.connections.taken === 0, 4_000);
  });

  it('ends when the caller leaves before the upstream has said a word', async () => {
    caller.send(ask);
    const peer = await upstream.peer(0);
    await peer.until('\r\n\r\n');
    caller.destroy();
    expect(await relay.outcome(0)).toMatchObject({ ended: 'client-aborted' });
    await waitFor('the upstream to be cut', () => peer.ended);
    expect(relay.connections.taken).toBe(0);
  });

  it('whose upstream fails over TCP leaves no connection behind', async () => {
    await relay.close();
    await upstream.close();
    upstream = await startRawServer({ tcp: true });
    relay = await startRelay(upstream.target);
    caller = await relay.connect();
    caller.send(ask);
    const peer = await upstream.peer(0);
    peer.send(agree);
    await caller.until('101');
    peer.socket.resetAndDestroy();
    await waitFor('the caller to be cut', () => caller.ended);
    expect(caller.failed).toBe(true);
    await waitFor('the connection to be over', () => relay.connections.taken === 0, 3_000);
  });

  it('that no upstream takes leaves the caller to be answered', async () => {
    await relay.close();
    relay = await startRelay({ socketPath: '/nowhere/at/all' });
    caller = await relay.connect();
    caller.send(ask);
    await caller.until('599');
    expect(await relay.outcome(0)).toMatchObject({ ended: 'upstream-unreachable' });
  });
});
