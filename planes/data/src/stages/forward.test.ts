import { BeelineError } from '@beeline/core/base';
import type { AcquireRequest, Lease } from '@beeline/core/contract';
import { connectRaw, type RawPeer, type RawServer, startRawServer, waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeLocation, type FakeLocation } from '../../testing/fake-location.ts';
import { type RunningGateway, startGateway, testKey } from '../../testing/start-gateway.ts';

let model: RawServer;
let location: FakeLocation;
let running: RunningGateway;
let caller: RawPeer;

beforeEach(async () => {
  model = await startRawServer();
  location = createFakeLocation(model.target);
  running = await startGateway({ location });
  caller = await connectRaw({ port: running.port });
});

afterEach(async () => {
  caller.destroy();
  await running.close();
  await model.close();
});

const head = (start: string, ...lines: string[]) =>
  [`${start} HTTP/1.1`, 'Host: run.example', `Authorization: Bearer ${testKey}`, ...lines, '', ''].join(
    '\r\n',
  );
const get = head('GET /acme/models/toy');
const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const onlyRecord = () => waitFor('the record', () => running.feeds.records[0]);

describe('a forwarded request', () => {
  it('keeps credentials and choices at the gateway and says where it came from', async () => {
    caller.send(
      head(
        'GET /acme/models/toy/x',
        'X-Blaxel-Workspace: acme',
        'X-Beeline-Environment: production',
        'X-Forwarded-For: 6.6.6.6',
        'X-Beeline-Execution: exe_forged',
        'X-Request-Id: mine-1',
        'Accept: */*',
      ),
    );
    const peer = await model.peer(0);
    const text = await peer.until('\r\n\r\n');
    expect(text).toMatch(
      /^GET \/x HTTP\/1\.1\r\nHost: run\.example\r\nAccept: \*\/\*\r\nx-forwarded-for: 127\.0\.0\.1\r\nx-forwarded-proto: http\r\nx-forwarded-host: run\.example\r\nvia: 1\.1 beeline-[0-9a-f]{8}\r\nx-request-id: mine-1\r\nx-beeline-execution: exe_[0-9a-z]{22}\r\n\r\n$/,
    );
    peer.send(
      'HTTP/1.1 500 Oops\r\nX-Beeline-Source: gateway\r\nX-Request-Id: forged\r\nContent-Length: 4\r\n\r\nmine',
    );
    const answer = await caller.until('mine');
    expect(answer).toContain('500 Oops');
    expect(answer.toLowerCase()).not.toContain('x-beeline-source');
    expect(answer).toContain('x-request-id: mine-1');
    expect(await onlyRecord()).toMatchObject({ status: 500, source: 'model', errorCode: null });
  });

  it.each([
    ['is too long', 'a'.repeat(129)],
    ['has a space', 'two words'],
    ['has markup', '<b>x</b>'],
    ['is not ASCII', 'anfrage-ü'],
    ['is empty', ''],
  ])(
    'gets our name in place of an X-Request-Id that %s, in everything that names it',
    async (_why, given) => {
      caller.send(head('GET /acme/models/toy/x', `X-Request-Id: ${given}`));
      const peer = await model.peer(0);
      const asked = await peer.until('\r\n\r\n');
      const [, execution] = /x-beeline-execution: (\S+)/.exec(asked) ?? [];
      expect(asked).toContain(`\r\nx-request-id: ${execution}\r\n`);
      peer.send(ok);
      expect(await caller.until('ok')).toContain(`\r\nx-request-id: ${execution}\r\n`);
    },
  );

  it('keeps an X-Request-Id of 128 characters that names may have', async () => {
    const given = `${'a'.repeat(118)}.B_c:d-1-9`;
    caller.send(head('GET /acme/models/toy/x', `X-Request-Id: ${given}`));
    expect(await (await model.peer(0)).until('\r\n\r\n')).toContain(`\r\nx-request-id: ${given}\r\n`);
  });

  it('is offered to another replica when the first cannot be reached', async () => {
    let lost = 2;
    location.onAcquire = () => {
      lost -= 1;
      return lost >= 0 ? location.lease({ socketPath: '/nowhere/at/all' }) : location.lease();
    };
    caller.send(`${head('POST /acme/models/toy', 'Content-Length: 4')}body`);
    const peer = await model.peer(0);
    await peer.until('body');
    peer.send(ok);
    await caller.until('ok');
    expect(location.released).toEqual(['unreachable', 'unreachable', 'served']);
  });

  it('is refused when no replica can be reached', async () => {
    location.onAcquire = () => location.lease({ socketPath: '/nowhere/at/all' });
    caller.send(get);
    const text = await caller.until('REPLICA_LOST');
    expect(text).toMatch(/^HTTP\/1\.1 503 /);
    expect(text).toContain('"component":"gateway"');
    expect(location.released).toEqual(['unreachable', 'unreachable', 'unreachable']);
    expect(await onlyRecord()).toMatchObject({ status: 503, source: 'gateway', errorCode: 'REPLICA_LOST' });
  });

  it('whose replica is lost in the middle of the answer has the caller cut, and says so in its record', async () => {
    caller.send(get);
    const peer = await model.peer(0);
    await peer.until('\r\n\r\n');
    peer.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
    await caller.until('half');
    peer.destroy();
    await waitFor('the cut', () => caller.failed);
    expect(location.released).toEqual(['broken']);
    expect(await onlyRecord()).toMatchObject({
      status: 200,
      aborted: true,
      errorCode: 'REPLICA_LOST',
      responseBytes: 4,
    });
  });

  /** Takes slots back, as a location does whose replica drained for too long. */
  function rememberSlots(): () => void {
    let held: AcquireRequest | null = null;
    location.onAcquire = (request) => {
      held = request;
      return location.lease();
    };
    const drained = new BeelineError('DRAIN_TIMEOUT', { message: 'its time was over' });
    return () => held?.cut?.(drained);
  }

  it('whose slot the location takes back is answered with its reason', async () => {
    const takeBack = rememberSlots();
    caller.send(get);
    const peer = await model.peer(0);
    await peer.until('\r\n\r\n');
    takeBack();
    const text = await caller.until('its time was over');
    expect(text).toMatch(/^HTTP\/1\.1 504 [\s\S]*x-beeline-source: location/);
    expect(location.released).toEqual(['broken']);
    await waitFor('the end', () => peer.ended);
    expect(await onlyRecord()).toMatchObject({ status: 504, source: 'location', errorCode: 'DRAIN_TIMEOUT' });
  });

  it.each([
    ['is being answered', get, 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf', 'half', 200],
    [
      'switched protocols',
      head('GET /acme/models/toy', 'Connection: Upgrade', 'Upgrade: websocket'),
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      '101',
      101,
    ],
  ])(
    'that %s when the location takes its slot back is cut, and its record says why',
    async (_what, request, answer, seen, status) => {
      const takeBack = rememberSlots();
      caller.send(request);
      const peer = await model.peer(0);
      await peer.until('\r\n\r\n');
      peer.send(answer);
      await caller.until(seen);
      takeBack();
      await waitFor('the cut', () => caller.ended);
      await waitFor('the end', () => peer.ended);
      expect(await onlyRecord()).toMatchObject({ status, aborted: true, errorCode: 'DRAIN_TIMEOUT' });
    },
  );

  it('gets the body of a caller that waits to be asked', async () => {
    let grant: (lease: Lease) => void = () => {};
    location.onAcquire = () => new Promise((resolve) => (grant = resolve));
    caller.send(head('POST /acme/models/toy', 'Content-Length: 4', 'Expect: 100-continue'));
    await waitFor('the request to be held', () => location.acquired === 1);
    expect(caller.text).toBe('');
    grant(location.lease());
    await caller.until('100 Continue');
    caller.send('body');
    const peer = await model.peer(0);
    expect(await peer.until('body')).not.toContain('xpect');
    peer.send(ok);
    await caller.until('ok');
  });

  it('may switch protocols', async () => {
    caller.send(head('GET /acme/models/toy/ws', 'Connection: Upgrade', 'Upgrade: websocket'));
    const peer = await model.peer(0);
    expect(await peer.until('\r\n\r\n')).toMatch(/^GET \/ws HTTP\/1\.1\r\n/);
    peer.send('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await caller.until('101');
    caller.send('ping');
    await peer.until('ping');
    peer.send('pong');
    expect(await caller.until('pong')).toContain('x-beeline-execution: exe_');
    caller.destroy();
    expect(await onlyRecord()).toMatchObject({ status: 101, requestBytes: 4, responseBytes: 4 });
  });

  it('for HTTP/2 over clear text is served as the HTTP/1.1 request it also is', async () => {
    caller.send(
      head(
        'GET /acme/models/toy',
        'Connection: Upgrade, HTTP2-Settings',
        'Upgrade: h2c',
        'HTTP2-Settings: AA',
      ),
    );
    const peer = await model.peer(0);
    expect((await peer.until('\r\n\r\n')).toLowerCase()).not.toMatch(/upgrade|http2/);
    peer.send(ok);
    await caller.until('ok');
  });
});

describe('a lease that no request can be written for', () => {
  it.each([
    ['at once', <T>(lease: T): T | Promise<T> => lease],
    ['later', <T>(lease: T): T | Promise<T> => Promise.resolve(lease)],
  ])('is given back when it comes %s, and the caller is answered', async (_when, give) => {
    location.onAcquire = () => give({ ...location.lease(), ingress: ['x-broken', 'a\r\nb'] });
    caller.send(get);
    expect(await caller.until('INTERNAL_ERROR')).toMatch(/^HTTP\/1\.1 500 /);
    expect(await onlyRecord()).toMatchObject({ status: 500, errorCode: 'INTERNAL_ERROR' });
    expect([location.released, running.gateway.exchanges]).toEqual([['aborted'], 0]);
  });
});

describe('an upgrade that is refused', () => {
  it('is told on the socket', async () => {
    caller.send(head('GET /acme/models/none', 'Connection: Upgrade', 'Upgrade: websocket'));
    expect(await caller.until('WORKLOAD_NOT_FOUND')).toMatch(/^HTTP\/1\.1 404 [\s\S]*connection: close/);
    await waitFor('the end', () => caller.ended);
  });
});

describe('a held request', () => {
  it('tells where the time went', async () => {
    location.onAcquire = () => location.lease(model.target, { queueMs: 1, startMs: 20.26, loadMs: 300 });
    caller.send(get);
    (await model.peer(0)).send(ok);
    expect(await caller.until('ok')).toMatch(
      /server-timing: queue;dur=1, start;dur=20\.3, load;dur=300, run;dur=/,
    );
    expect((await onlyRecord()).timings).toMatchObject({ queueMs: 1, startMs: 20.26, loadMs: 300 });
  });

  it('is let go when its caller leaves', async () => {
    location.onAcquire = (request) =>
      new Promise((_resolve, reject) =>
        request.signal.addEventListener('abort', () => reject(request.signal.reason), { once: true }),
      );
    caller.send(get);
    await waitFor('the request to be held', () => location.acquired === 1);
    caller.destroy();
    expect(await onlyRecord()).toMatchObject({ status: 0, aborted: true, errorCode: null });
    expect(running.gateway.exchanges).toBe(0);
  });

  it('gives its lease back when its caller left unnoticed', async () => {
    let grant: (lease: Lease) => void = () => {};
    location.onAcquire = () => new Promise((resolve) => (grant = resolve));
    caller.send(get);
    await waitFor('the request to be held', () => location.acquired === 1);
    caller.destroy();
    await waitFor('the gateway to see it', async () => {
      grant(location.lease());
      return location.released.length > 0;
    });
    expect(location.released).toEqual(['aborted']);
  });

  it.each([
    [
      'at once',
      () => {
        throw new BeelineError('QUEUE_FULL', { message: 'full', retryAfterMs: 2_500 });
      },
    ],
    ['later', () => Promise.reject(new BeelineError('QUEUE_FULL', { message: 'full', retryAfterMs: 2_500 }))],
  ])('that the location refuses %s is told why, and by whom', async (_when, refuse) => {
    location.onAcquire = refuse;
    caller.send(get);
    const text = await caller.until('"request_id"');
    expect(text).toMatch(/^HTTP\/1\.1 429 /);
    expect(text).toContain('retry-after: 3');
    expect(text).toContain('x-beeline-source: location');
    expect(await onlyRecord()).toMatchObject({ status: 429, source: 'location', errorCode: 'QUEUE_FULL' });
  });
});

describe('tokens', () => {
  it.each([
    [
      'headers',
      'X-Usage-Prompt-Tokens: 3\r\nx-usage-completion-tokens: 5\r\nContent-Length: 2\r\n\r\nok',
      'ok',
    ],
    [
      'the last event of a stream',
      `Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n${[
        'data: {"usage":null}\n\n',
        'data: {"usage":{"prompt_tokens":3,"compl',
        'etion_tokens":5}}\n\ndone',
        '',
      ]
        .map((text) => `${text.length.toString(16)}\r\n${text}\r\n`)
        .join('')}`,
      'done',
    ],
  ])('are read from %s', async (_where, rest, last) => {
    caller.send(get);
    (await model.peer(0)).send(`HTTP/1.1 200 OK\r\n${rest}`);
    await caller.until(last);
    expect((await onlyRecord()).tokens).toEqual({ input: 3, output: 5, estimated: false });
  });
});

describe('a gateway that stops', () => {
  it('refuses new requests, lets running ones finish and says that the connection ends', async () => {
    caller.send(get);
    const peer = await model.peer(0);
    await peer.until('\r\n\r\n');
    const closing = running.gateway.close();
    const late = await connectRaw({ port: running.port });
    late.send(get);
    expect(await late.until('SHUTTING_DOWN')).toMatch(/^HTTP\/1\.1 503 [\s\S]*connection: close/i);
    await waitFor('the end', () => late.ended);
    peer.send(ok);
    expect((await caller.until('ok')).toLowerCase()).toContain('connection: close');
    await closing;
    expect(running.feeds.records.map((record) => record.status).sort()).toEqual([200, 503]);
  });

  it('cuts what does not finish in time, running or waiting, and records it', async () => {
    await running.close();
    running = await startGateway({ location, config: { drainTimeout: '50ms' } });
    const [runs, waits] = [
      await connectRaw({ port: running.port }),
      await connectRaw({ port: running.port }),
    ];
    runs.send(get);
    await (await model.peer(0)).until('\r\n\r\n');
    let grant: (lease: Lease) => void = () => {};
    location.onAcquire = () => new Promise((resolve) => (grant = resolve));
    waits.send(get);
    await waitFor('the second to wait', () => location.acquired === 2);
    const closing = running.gateway.close();
    await runs.until('SHUTTING_DOWN');
    grant(location.lease());
    await waits.until('SHUTTING_DOWN');
    await closing;
    expect(running.feeds.records.map((record) => record.errorCode)).toEqual([
      'SHUTTING_DOWN',
      'SHUTTING_DOWN',
    ]);
    expect(location.released).toEqual(['aborted', 'aborted']);
    runs.destroy();
    waits.destroy();
  });
});
