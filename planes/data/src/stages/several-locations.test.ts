import { join } from 'node:path';
import { BeelineError, type ErrorCode, Secret, systemClock } from '@beeline/core/base';
import type { LocationPort, UpstreamTarget } from '@beeline/core/contract';
import { connectRaw, type RawServer, startRawServer, waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeFeeds } from '../../testing/fake-feeds.ts';
import { createFakeLocation } from '../../testing/fake-location.ts';
import {
  type RunningGateway,
  sampleRoute,
  sampleRoutes,
  startGateway,
  testKey,
} from '../../testing/start-gateway.ts';
import { createRemoteLocation } from '../locations/remote-location.ts';

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone';
const declined =
  'HTTP/1.1 503 Service Unavailable\r\nx-beeline-undelivered: SHUTTING_DOWN\r\n' +
  'X-Beeline-Error-Code: SHUTTING_DOWN\r\nContent-Length: 4\r\nConnection: close\r\n\r\nleft';
const targets = [{ revision: 'rev-1', weight: 100, locations: ['oslo', 'rome'] }];
const routes = () => createFakeFeeds(sampleRoutes([{ ...sampleRoute, targets }]));

let running: RunningGateway;
let rome: RawServer;
beforeEach(async () => {
  rome = await startRawServer();
});
afterEach(async () => {
  await running.close();
  await rome.close();
});

async function ask() {
  const caller = await connectRaw({ port: running.port });
  caller.send(
    `POST /acme/models/toy HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${testKey}\r\nContent-Length: 4\r\n\r\nbody`,
  );
  return caller;
}
const answers = async (server: RawServer, index: number, text: string) => {
  const peer = await server.peer(index);
  await peer.until('\r\n\r\nbody');
  peer.send(text);
};
const recordOf = (index: number) => waitFor('the record', () => running.feeds.records[index]);

describe('a request for a revision at two locations in other processes', () => {
  const remote = (name: string, target: UpstreamTarget) =>
    createRemoteLocation({ name, target, token: new Secret('t'), clock: systemClock, holdMs: 10_000 });
  const start = async (oslo: UpstreamTarget) => {
    running = await startGateway({
      location: remote('oslo', oslo),
      others: [remote('rome', rome.target)],
      feeds: routes(),
    });
  };

  it('is answered by the second while the first is dead, and so are those that follow', async () => {
    await start({ socketPath: join(import.meta.dirname, 'nobody-listens.sock') });
    for (const index of [0, 1]) {
      const caller = await ask();
      const peer = await rome.peer(0); // one connection for both
      await peer.until('\r\n\r\nbody');
      peer.clear();
      peer.send(ok);
      expect(await caller.until('done')).toMatch(/^HTTP\/1\.1 200 /);
      expect(await recordOf(index)).toMatchObject({ status: 200, location: 'rome' });
      caller.destroy();
    }
  });

  it('is answered by the second when the first says that it did not deliver it', async () => {
    const oslo = await startRawServer();
    await start(oslo.target);
    const caller = await ask();
    await answers(oslo, 0, declined);
    await answers(rome, 0, ok);
    expect(await caller.until('done')).toMatch(/^HTTP\/1\.1 200 /);
    expect(caller.text).not.toContain('left');
    expect(await recordOf(0)).toMatchObject({ status: 200, location: 'rome' });
    caller.destroy();
    await oslo.close();
  });

  const refusal = (code: string) =>
    `HTTP/1.1 503 Service Unavailable\r\nX-Beeline-Source: location\r\nX-Beeline-Error-Code: ${code}\r\nContent-Length: 6\r\n\r\nno way`;

  it.each(['QUEUE_FULL', 'REPLICA_FAILED_TO_START', 'NO_CAPACITY'])(
    'is answered by the second when the first refuses it with %s, and the first is asked again',
    async (code) => {
      const oslo = await startRawServer();
      await start(oslo.target);
      const caller = await ask();
      await answers(oslo, 0, refusal(code));
      await answers(rome, 0, ok);
      expect(await caller.until('done')).toMatch(/^HTTP\/1\.1 200 /);
      expect(caller.text).not.toContain('no way');
      expect(await recordOf(0)).toMatchObject({ status: 200, location: 'rome' });
      const next = await ask();
      await answers(oslo, 1, ok);
      expect(await next.until('done')).toMatch(/^HTTP\/1\.1 200 /);
      expect(await recordOf(1)).toMatchObject({ status: 200, location: 'oslo' });
      caller.destroy();
      next.destroy();
      await oslo.close();
    },
  );

  it.each([
    ['the second refuses it, too', 'QUEUE_FULL', 'QUEUE_FULL'],
    ['it has waited as long as it may', 'REPLICA_TIMEOUT', null],
  ])('hears what a location says when %s', async (_when, first, second) => {
    const oslo = await startRawServer();
    await start(oslo.target);
    const caller = await ask();
    await answers(oslo, 0, refusal(first));
    if (second !== null) await answers(rome, 0, refusal(second));
    expect(await caller.until('no way')).toContain(`Error-Code: ${second ?? first}`);
    caller.destroy();
    await oslo.close();
  });
});

describe('a request for a revision at two locations', () => {
  const refusing = (name: string, code: ErrorCode) => {
    const location = createFakeLocation(rome.target, name);
    location.onAcquire = () => Promise.reject(new BeelineError(code, { message: `${name} refuses` }));
    return location;
  };
  const start = async (...[location, ...others]: [LocationPort, ...LocationPort[]]) => {
    running = await startGateway({ location, others, feeds: routes() });
  };

  it.each(['QUEUE_FULL', 'REPLICA_FAILED_TO_START', 'SHUTTING_DOWN', 'NO_CAPACITY'] as const)(
    'that the first refuses with %s is answered by the second',
    async (code) => {
      await start(refusing('oslo', code), createFakeLocation(rome.target, 'rome'));
      const caller = await ask();
      await answers(rome, 0, ok);
      expect(await caller.until('done')).toMatch(/^HTTP\/1\.1 200 /);
      expect(await recordOf(0)).toMatchObject({ location: 'rome' });
      caller.destroy();
    },
  );

  it('is refused when both refuse it, each of which was asked once', async () => {
    const both = [refusing('oslo', 'QUEUE_FULL'), refusing('rome', 'REPLICA_FAILED_TO_START')] as const;
    await start(...both);
    const caller = await ask();
    expect(await caller.until('rome refuses')).toMatch(/^HTTP\/1\.1 5/);
    expect(both.map(({ acquired }) => acquired)).toEqual([1, 1]);
    caller.destroy();
  });

  it('that has waited as long as it may at the first is not made to wait again', async () => {
    const second = createFakeLocation(rome.target, 'rome');
    await start(refusing('oslo', 'REPLICA_TIMEOUT'), second);
    const caller = await ask();
    await caller.until('oslo refuses');
    expect(second.acquired).toBe(0);
    caller.destroy();
  });
});
