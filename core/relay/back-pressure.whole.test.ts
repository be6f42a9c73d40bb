import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RawPeer, type RawServer, startRawServer, waitFor } from '../testing/index.ts';
import { type RunningRelay, startRelay } from './testing/start-relay.ts';

const total = 200 * 1024 * 1024;
const piece = Buffer.alloc(256 * 1024, 120);
/** What kernel and sockets may hold between two ends; far below the whole. */
const held = 32 * 1024 * 1024;

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

/** Sends `total` bytes as fast as the other side takes them; tells how many have left. */
function pump(peer: RawPeer): { readonly sent: number } {
  const state = { sent: 0 };
  const more = () => {
    while (state.sent < total) {
      state.sent += piece.length;
      if (!peer.socket.write(piece)) return;
    }
  };
  peer.socket.on('drain', more);
  more();
  return state;
}

/** Waits until a number has stopped growing. */
async function settled(what: string, read: () => number): Promise<number> {
  let before = -1;
  let same = 0;
  await waitFor(what, () => {
    same = read() === before ? same + 1 : 0;
    before = read();
    return same >= 10;
  });
  return before;
}

describe('back-pressure', () => {
  it('stops the upstream while the caller does not read, and loses nothing', {
    timeout: 30_000,
  }, async () => {
    caller.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    caller.socket.pause();
    const peer = await upstream.peer(0);
    await peer.until('\r\n\r\n');
    const memory = process.memoryUsage.rss();
    peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
    const pumped = pump(peer);
    expect(await settled('the upstream to be stopped', () => pumped.sent)).toBeLessThan(held);
    expect(process.memoryUsage.rss() - memory).toBeLessThan(held * 2);
    caller.socket.resume();
    const outcome = await waitFor('the whole body', () => relay.outcomes[0], 25_000);
    expect(outcome).toMatchObject({ ended: 'complete', responseBytes: total });
    await waitFor('its last byte', () => caller.receivedBytes > total);
  });

  it('stops the caller while the upstream does not read, and loses nothing', {
    timeout: 30_000,
  }, async () => {
    caller.send(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${total}\r\n\r\n`);
    const peer = await upstream.peer(0);
    await peer.until('\r\n\r\n');
    peer.socket.pause();
    const pumped = pump(caller);
    expect(await settled('the caller to be stopped', () => pumped.sent)).toBeLessThan(held);
    peer.socket.resume();
    await waitFor('the whole body', () => peer.receivedBytes > total, 25_000);
    peer.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    await caller.until('ok');
    expect(await relay.outcome(0)).toMatchObject({ ended: 'complete', requestBytes: total });
  });

  it('works through joined sockets both ways', { timeout: 30_000 }, async () => {
    caller.send('GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    const peer = await upstream.peer(0);
    await peer.until('\r\n\r\n');
    peer.send('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
    await caller.until('101');
    for (const [from, to] of [
      [caller, peer],
      [peer, caller],
    ] as const) {
      const before = to.receivedBytes;
      to.socket.pause();
      const pumped = pump(from);
      expect(await settled('the sender to be stopped', () => pumped.sent)).toBeLessThan(held);
      to.socket.resume();
      await waitFor('everything', () => to.receivedBytes - before >= total, 25_000);
      from.socket.removeAllListeners('drain');
    }
  });
});
