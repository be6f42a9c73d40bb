import { type AddressInfo, createConnection } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type BoundedCount, createBoundedCount } from '../../base/index.ts';
import { connectRaw, createFakeClock, type RawPeer, rawPeer, waitFor } from '../../testing/index.ts';
import type { CallerRequest } from './caller-request.ts';
import { foreignServer } from './foreign-server.ts';
import { createListener, type Listener } from './listener.ts';

let clock = createFakeClock();
let listener: Listener | null = null;
let connections: BoundedCount;
const callers: RawPeer[] = [];

/** Starts a listener and connects to it. */
async function open(onRequest: (request: CallerRequest) => void, limit = 100): Promise<RawPeer> {
  clock = createFakeClock();
  connections = createBoundedCount(limit);
  listener = createListener({
    clock,
    maxHeadBytes: 1_024,
    headTimeoutMs: 400,
    keepAliveMs: 60_000,
    connections,
    onRequest,
    renderMalformed: (status, message) => `HTTP/1.1 ${status} No\r\nconnection: close\r\n\r\n${message}`,
    renderGoodbye: () => 'HTTP/1.1 503 Bye\r\nconnection: close\r\n\r\n',
    renderFull: () => 'HTTP/1.1 503 Full\r\nconnection: close\r\n\r\n',
    foreign: foreignServer(
      (head) => head.target.startsWith('/foreign'),
      (request, response) => {
        request.resume().on('end', () => response.end('from elsewhere'));
      },
      100,
    ),
  });
  const { server } = listener;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return connect();
}

const address = () => (listener as Listener).server.address() as AddressInfo;

async function connect(): Promise<RawPeer> {
  const caller = await connectRaw({ port: address().port });
  callers.push(caller);
  return caller;
}

afterEach(async () => {
  for (const caller of callers.splice(0)) caller.destroy();
  listener?.cut();
  await listener?.close();
});

const get = 'GET /a HTTP/1.1\r\nHost: h\r\n\r\n';

describe('a connection', () => {
  it('is read on after a stop for answers that were not taken, wherever in a head it stopped', async () => {
    let count = 0;
    const caller = await open((request) => {
      count += 1;
      request.answer(200, 'OK', '', 'x'.repeat(5_000));
    });
    caller.socket.pause();
    caller.send(get.repeat(6_000));
    await waitFor('some answers', () => count > 0);
    caller.socket.resume();
    await waitFor('all answers', () => count === 6_000, 5_000);
  });

  it('whose answer had begun before the listener closed ends with that answer', async () => {
    let last: CallerRequest | null = null;
    const caller = await open((request) => {
      last = request;
      request.begin(200, 'OK', '', 4);
      request.flush();
    });
    caller.send(get);
    await caller.until('content-length: 4');
    const request = await waitFor('the request', () => last as CallerRequest | null);
    const closed = listener?.close();
    await listener?.stopListening();
    request.write(Buffer.from('last'));
    request.end([]);
    await waitFor('the end', () => caller.ended, 2_000);
    expect(caller.text).toMatch(/last[\s\S]*503 Bye/);
    caller.destroy();
    await closed;
  });

  it('whose rest of a body is thrown away while the listener closes ends after it', async () => {
    const caller = await open((request) => request.answer(200, 'OK', '', 'early'));
    caller.send('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n');
    await caller.until('early');
    const closed = listener?.close();
    await listener?.stopListening();
    caller.send('body');
    await waitFor('the end', () => caller.ended, 2_000);
    caller.destroy();
    await closed;
  });

  it('that another server took ends when its request does not arrive in time', async () => {
    const caller = await open(() => {});
    caller.send('POST /foreign HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n01234');
    expect(await caller.until('HTTP/1.1')).toContain('408');
    await waitFor('the connection to be over', () => connections.taken === 0);
  });

  it('beyond the limit cannot stay by sending on', async () => {
    await open(() => {}, 1);
    const second = rawPeer(
      createConnection({ port: address().port, host: '127.0.0.1', allowHalfOpen: true }),
    );
    callers.push(second);
    await second.until('503 Full');
    await waitFor('the cut', async () => {
      second.send('x');
      await clock.advance(100);
      return second.socket.destroyed;
    });
    expect(connections.taken).toBe(1);
  });
});
