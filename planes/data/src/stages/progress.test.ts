import { BeelineError } from '@beeline/core/base';
import type { Lease, WakeProgress } from '@beeline/core/contract';
import {
  connectRaw,
  createFakeClock,
  type RawPeer,
  type RawServer,
  startRawServer,
  waitFor,
} from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeLocation, type FakeLocation } from '../../testing/fake-location.ts';
import { type RunningGateway, startGateway, testKey } from '../../testing/start-gateway.ts';

let model: RawServer;
let location: FakeLocation;
let running: RunningGateway;
let caller: RawPeer;
let wake: WakeProgress;
let grant: (lease: Lease) => void;
let refuse: (error: BeelineError) => void;

beforeEach(async () => {
  model = await startRawServer();
  wake = { phase: 'starting', startMs: 1_500 };
  location = Object.assign(createFakeLocation(model.target), { progress: () => wake });
  location.onAcquire = () =>
    new Promise((resolve, reject) => {
      grant = resolve;
      refuse = reject;
    });
  running = await startGateway({ location });
  caller = await connectRaw({ port: running.port });
});

afterEach(async () => {
  caller.destroy();
  await running.close();
  await model.close();
});

const ask = (wish = 'events', method = 'POST') =>
  `${method} /acme/models/toy HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${testKey}\r\nX-Beeline-Progress: ${wish}\r\n\r\n`;
/** The body without its chunks' framing. */
const eventsOf = (text: string) =>
  text.slice(text.indexOf('\r\n\r\n') + 4).replaceAll(/(^|\r\n)[0-9a-f]+\r\n/g, '');

describe('a caller that wishes to hear of the waiting', () => {
  it('is told at once, then gets the events of the model as they are', async () => {
    caller.send(ask());
    const head = await caller.until('beeline.progress');
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\ncontent-type: text\/event-stream\r\n/);
    expect(eventsOf(await caller.until('"startMs":1500'))).toMatch(
      /^event: beeline\.progress\ndata: \{"phase":"starting","waitedMs":\d+,"startMs":1500\}\n\n/,
    );
    wake = { phase: 'loading', startMs: 1_500 };
    await caller.until('"phase":"loading"');
    grant(location.lease());
    const peer = await model.peer(0);
    expect((await peer.until('\r\n\r\n')).toLowerCase()).not.toContain('progress');
    peer.send(
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n0\r\n\r\n',
    );
    const text = await caller.until('\r\n0\r\n\r\n');
    expect(eventsOf(text)).toContain('\n\ndata: 1\n\n');
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    const record = await waitFor('the record', () => running.feeds.records[0]);
    expect(record).toMatchObject({ status: 200, source: 'model', errorCode: null, responseBytes: 9 });
  });

  it('gets any other answer as events that tell its status and type', async () => {
    caller.send(ask());
    await caller.until('beeline.progress');
    grant(location.lease());
    (await model.peer(0)).send(
      'HTTP/1.1 422 Odd\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}',
    );
    expect(eventsOf(await caller.until('\r\n0\r\n\r\n'))).toContain(
      'event: beeline.answer\ndata: {"status":422,"contentType":"application/json"}\n\nevent: beeline.body\ndata: "{\\"a\\":1}"\n\n',
    );
    expect((await waitFor('the record', () => running.feeds.records[0])).status).toBe(422);
  });

  it('is told of a failure by an event, and the connection stays good', async () => {
    caller.send(ask());
    await caller.until('beeline.progress');
    refuse(new BeelineError('REPLICA_TIMEOUT', { message: 'too late' }));
    expect(eventsOf(await caller.until('\r\n0\r\n\r\n'))).toContain(
      'event: beeline.error\ndata: {"code":"REPLICA_TIMEOUT","message":"too late"',
    );
    caller.clear();
    location.onAcquire = null;
    caller.send(ask());
    (await model.peer(0)).send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    expect(await caller.until('ok')).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*content-length: 2\r\n\r\nok$/);
    expect(running.feeds.records[0]).toMatchObject({ status: 504, errorCode: 'REPLICA_TIMEOUT' });
  });

  it('that leaves is noticed', async () => {
    location.onAcquire = (request) =>
      new Promise((_resolve, reject) =>
        request.signal.addEventListener('abort', () => reject(request.signal.reason), { once: true }),
      );
    caller.send(ask());
    await caller.until('beeline.progress');
    caller.destroy();
    const record = await waitFor('the record', () => running.feeds.records[0]);
    expect(record).toMatchObject({ aborted: true, status: 0 });
  });

  it('and waits to be asked for its body is asked before its answer begins', async () => {
    caller.send(ask().replace('\r\n\r\n', '\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n'));
    await caller.until('beeline.progress');
    grant(location.lease());
    const peer = await model.peer(0);
    caller.send('body');
    await peer.until('body');
    peer.send('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 9\r\n\r\ndata: 1\n\n');
    const text = await caller.until('\r\n0\r\n\r\n');
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 200']);
    expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  });

  it('that leaves is not told anything any more', async () => {
    let asked = 0;
    location.progress = () => {
      asked += 1;
      return wake;
    };
    const clock = createFakeClock();
    await running.close();
    running = await startGateway({ location, clock });
    caller = await connectRaw({ port: running.port });
    location.onAcquire = (request) =>
      new Promise((_resolve, reject) =>
        request.signal.addEventListener('abort', () => reject(request.signal.reason), { once: true }),
      );
    caller.send(ask());
    await caller.until('beeline.progress');
    caller.destroy();
    await waitFor('the end of the exchange', () => running.gateway.exchanges === 0);
    await clock.advance(5_000);
    expect(asked).toBe(1);
  });

  it.each([
    [ask('yes'), 'x-beeline-progress must be \\"events\\" (received \\"yes\\")'],
    [
      ask('events', 'HEAD')
        .replace('HEAD', 'GET')
        .replace('\r\n\r\n', '\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
      'neither HEAD nor an upgrade',
    ],
  ])('in a way that cannot be is refused', async (request, message) => {
    caller.send(request);
    expect(await caller.until('"request_id"')).toContain(message);
    expect(caller.text).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('a location in another process', () => {
  it('tells how its replica wakes in interim answers', async () => {
    location.onAcquire = () => ({ ...location.lease(), ingress: ['x-beeline-revision', 'rev-1'] });
    caller.send(ask());
    const peer = await model.peer(0);
    expect(await peer.until('\r\n\r\n')).toContain('x-beeline-progress: events\r\n');
    peer.send('HTTP/1.1 102 Processing\r\nx-beeline-progress: loading;700\r\n\r\n');
    await caller.until('{"phase":"loading","waitedMs":');
    peer.send(
      'HTTP/1.1 503 Gone\r\nx-beeline-source: location\r\nx-beeline-error-code: REPLICA_TIMEOUT\r\ncontent-length: 2\r\n\r\nno',
    );
    expect(eventsOf(await caller.until('\r\n0\r\n\r\n'))).toContain(
      'event: beeline.answer\ndata: {"status":503',
    );
  });

  it('is not listened to by a caller that did not ask', async () => {
    location.onAcquire = () => ({ ...location.lease(), ingress: ['x-beeline-revision', 'rev-1'] });
    caller.send(ask().replace('X-Beeline-Progress', 'X-Other'));
    const peer = await model.peer(0);
    await peer.until('\r\n\r\n');
    peer.send('HTTP/1.1 102 Processing\r\nx-beeline-progress: loading;700\r\n\r\n');
    peer.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    expect(await caller.until('ok')).not.toContain('progress');
  });
});
