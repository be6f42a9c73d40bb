import { BeelineError } from '@beeline/core/base';
import {
  connectRaw,
  createFakeClock,
  type RawPeer,
  type RawServer,
  startRawServer,
  waitFor,
} from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { createFakeLocation, type FakeLocation } from '../../testing/fake-location.ts';
import { type RunningGateway, startGateway, testKey } from '../../testing/start-gateway.ts';

let model: RawServer;
let location: FakeLocation;
let running: RunningGateway;
let caller: RawPeer;
const clock = createFakeClock();

async function start(tcp: boolean): Promise<void> {
  model = await startRawServer({ tcp });
  location = createFakeLocation(model.target);
  running = await startGateway({
    location,
    clock,
    config: { firstByteTimeout: '10s', idleTimeout: '20s', usageInterval: '1s' },
  });
  caller = await connectRaw({ port: running.port });
}

async function stop(): Promise<void> {
  caller.destroy();
  await running.close();
  await model.close();
}

beforeEach(() => start(false));
afterEach(stop);

const post = `POST /acme/models/toy HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${testKey}\r\nContent-Length: 4\r\n\r\n`;
const idle = () => waitFor('the exchange to end', () => running.gateway.exchanges === 0);

describe('a timeout', () => {
  it('of waiting for a replica is the location’s, and is passed on with its name and its length', async () => {
    location.onAcquire = () =>
      Promise.reject(
        new BeelineError('REPLICA_TIMEOUT', {
          message: 'no replica was free within 7 ms',
          retryAfterMs: 1_000,
        }),
      );
    caller.send(`${post}body`);
    const text = await caller.until('within 7 ms');
    expect(text).toMatch(/^HTTP\/1\.1 504 [\s\S]*REPLICA_TIMEOUT[\s\S]*"component":"location"/);
  });

  it('of the first byte begins with the whole request, and says which it is and after how long', async () => {
    caller.send(post);
    const peer = await model.peer(0);
    await peer.until('\r\n\r\n');
    await clock.advance(15_000);
    expect(running.gateway.exchanges).toBe(1);
    caller.send('body');
    await peer.until('body');
    await clock.advance(12_000);
    const text = await caller.until('"request_id"');
    expect(text).toMatch(/^HTTP\/1\.1 504 [\s\S]*FIRST_BYTE_TIMEOUT[\s\S]*within 10000 ms/);
    expect(model.peers).toHaveLength(1);
  });

  it('of an exchange that stands still says so while the caller has nothing yet', async () => {
    caller.send(post);
    await (await model.peer(0)).until('\r\n\r\n');
    await clock.advance(25_000);
    const text = await caller.until('"request_id"');
    expect(text).toMatch(/^HTTP\/1\.1 504 [\s\S]*IDLE_TIMEOUT[\s\S]*for 20000 ms/);
    await waitFor('the end', () => caller.ended);
    expect(model.peers).toHaveLength(1);
  });

  it('of an exchange that stands still in its answer cuts it', async () => {
    caller.send(`${post}body`);
    const peer = await model.peer(0);
    await peer.until('body');
    peer.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
    await caller.until('half');
    await clock.advance(25_000);
    await waitFor('the cut', () => caller.failed);
    await idle();
    expect(location.released).toEqual(['aborted']);
  });
});

describe('over TCP, a request', () => {
  beforeEach(async () => {
    await stop();
    await start(true);
  });

  it('that was delivered is not sent again when its replica is lost', async () => {
    caller.send(`${post}body`);
    const peer = await model.peer(0);
    await peer.until('body');
    peer.destroy();
    expect(await caller.until('"request_id"')).toMatch(/^HTTP\/1\.1 503 [\s\S]*REPLICA_LOST/);
    expect(location.acquired).toBe(1);
    expect(model.peers).toHaveLength(1);
  });

  it('is not sent again once its caller has got a part of the answer', async () => {
    caller.send(`${post}body`);
    const peer = await model.peer(0);
    await peer.until('body');
    peer.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
    await caller.until('half');
    peer.destroy();
    await waitFor('the cut', () => caller.failed);
    expect(location.acquired).toBe(1);
  });

  it('that no connection could be made for is offered to another replica', async () => {
    const gone = await startRawServer({ tcp: true });
    await gone.close();
    let first = true;
    location.onAcquire = () => {
      const target = first ? gone.target : model.target;
      first = false;
      return location.lease(target);
    };
    caller.send(`${post}body`);
    const peer = await model.peer(0);
    await peer.until('body');
    peer.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    expect(await caller.until('ok')).toMatch(/^HTTP\/1\.1 200 /);
    expect(location.released).toEqual(['unreachable', 'served']);
  });
});

test('the record of a request says how long the first byte of its answer took, from its arrival', async () => {
  caller.send(`${post}body`);
  const peer = await model.peer(0);
  await peer.until('body');
  await clock.advance(300);
  peer.send('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha');
  await caller.until('ha');
  await clock.advance(200);
  peer.send('lf');
  await idle();
  await clock.advance(1_000);
  const record = await waitFor('the record', () => running.feeds.records[0]);
  expect(record.timings.firstByteMs).toBe(300);
});
