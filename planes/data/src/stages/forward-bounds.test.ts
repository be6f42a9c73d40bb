import { BeelineError } from '@beeline/core/base';
import { ingressHeaderNames } from '@beeline/core/contract';
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

let clock: ReturnType<typeof createFakeClock>;
let model: RawServer;
let location: FakeLocation;
let running: RunningGateway;
let caller: RawPeer;

beforeEach(async () => {
  clock = createFakeClock();
  model = await startRawServer();
  location = createFakeLocation(model.target);
  running = await startGateway({ location, clock, config: { drainTimeout: '0s' } });
  caller = await connectRaw({ port: running.port });
});

afterEach(async () => {
  caller.destroy();
  for (const peer of model.peers) peer.destroy();
  await running.close();
  await model.close();
});

const ask = () =>
  caller.send(`GET /acme/models/toy HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${testKey}\r\n\r\n`);

/** Lets the clock run until something holds. */
const run = <T>(what: string, stepMs: number, look: () => T | undefined) =>
  waitFor(what, async () => {
    await clock.advance(stepMs);
    return look();
  });

describe('a forwarded request', () => {
  it('has in its record when the first byte of its answer came, and not the last', async () => {
    ask();
    const peer = await model.peer(0);
    await peer.until('\r\n\r\n');
    await clock.advance(70);
    peer.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n');
    await caller.until('\r\n\r\n');
    await clock.advance(200);
    peer.send('ok');
    await caller.until('ok');
    const record = await run('the record', 20, () => running.feeds.records[0]);
    expect(record.timings.firstByteMs).toBe(70);
  });

  it.each(['headers', 'trailers'])(
    'gets nothing that the model says in our name in its %s',
    async (where) => {
      const ours = [
        ...ingressHeaderNames,
        'X-Beeline-Source',
        'X-Beeline-Error-Code',
        'X-Blaxel-Source',
        'X-Blaxel-Error-Code',
        'X-Request-Id',
        'Server-Timing',
      ];
      const lines = [...ours, 'X-Of-Model'].map((name) => `${name}: of-the-model\r\n`).join('');
      ask();
      const peer = await model.peer(0);
      await peer.until('\r\n\r\n');
      peer.send(
        `HTTP/1.1 200 OK\r\n${where === 'headers' ? lines : ''}Transfer-Encoding: chunked\r\n\r\n0\r\n${where === 'trailers' ? lines : ''}\r\n`,
      );
      const text = await caller.until(/\r\n0\r\n[\s\S]*\r\n$/);
      expect(text.match(/^.*of-the-model/gm)).toEqual(['X-Of-Model: of-the-model']);
    },
  );
});

describe('a request that no location takes', () => {
  it('is routed anew three times, and then its caller is told', async () => {
    location.onAcquire = () => {
      throw new BeelineError('REVISION_NOT_HERE', { message: 'it is not served here' });
    };
    ask();
    await run('the refusal', 1_000, () => caller.text.includes('it is not served here') || undefined);
    expect(caller.text).toContain('REVISION_NOT_HERE');
    expect(location.acquired).toBe(1 + 3);
  });
});
