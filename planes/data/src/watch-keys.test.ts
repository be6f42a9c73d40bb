import type { KeyEntry } from '@beeline/core/contract';
import { connectRaw, type RawPeer, type RawServer, startRawServer, waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeLocation, type FakeLocation } from '../testing/fake-location.ts';
import {
  type RunningGateway,
  sampleRoute,
  sampleRoutes,
  startGateway,
  testKey,
} from '../testing/start-gateway.ts';
import { buildSnapshot } from './tables/build-snapshot.ts';
import { decideRevoked } from './watch-keys.ts';

const key: KeyEntry = { id: 'k', hash: 'h', workspaces: ['acme'], role: 'member', expiresAt: 1_000 };
const knowing = (...keys: KeyEntry[]) => buildSnapshot({ ...sampleRoutes(), keys });

it.each([
  ['is there', key, knowing(key), 999, null],
  ['was deleted', key, knowing({ ...key, id: 'other' }), 0, /unknown or was revoked/],
  ['has expired', key, knowing(key), 1_000, /expired at 1970/],
  ['never expires', key, knowing({ ...key, expiresAt: null }), 10_000, null],
  ['expires earlier than it did', key, knowing({ ...key, expiresAt: 5 }), 6, /expired/],
])('a key that %s', (_what, known, snapshot, nowMs, expected) => {
  const error = decideRevoked(known, snapshot, nowMs);
  if (expected === null) expect(error).toBeNull();
  else expect(error?.message).toMatch(expected);
});

describe('a request whose key is deleted', () => {
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
  const request = `GET /acme/models/toy HTTP/1.1\r\nHost: run\r\nAuthorization: Bearer ${testKey}\r\n\r\n`;
  const deleteKey = () => running.feeds.publish({ ...sampleRoutes([sampleRoute], 2), keys: [] });
  const record = () => waitFor('the record', () => running.feeds.records[0]);

  it('has its stream cut, at both ends', async () => {
    caller.send(request);
    const peer = await model.peer(0);
    await peer.until('\r\n\r\n');
    peer.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n');
    await caller.until('ok');
    deleteKey();
    await waitFor('the cut at both ends', () => caller.ended && peer.ended);
    expect(await record()).toMatchObject({ status: 200, errorCode: 'AUTHENTICATION_FAILED', aborted: true });
  });

  it('is refused while it waits for a replica', async () => {
    location.onAcquire = ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    caller.send(request);
    await waitFor('the wait', () => location.acquired === 1);
    deleteKey();
    expect(await caller.until('\r\n\r\n')).toContain('401 Unauthorized');
    expect(await record()).toMatchObject({
      status: 401,
      errorCode: 'AUTHENTICATION_FAILED',
      source: 'gateway',
    });
  });

  it('is refused when no answer has begun', async () => {
    caller.send(request);
    await (await model.peer(0)).until('\r\n\r\n');
    deleteKey();
    expect(await caller.until('\r\n\r\n')).toContain('401 Unauthorized');
  });

  it('leaves requests with other keys alone', async () => {
    caller.send(request);
    const peer = await model.peer(0);
    await peer.until('\r\n\r\n');
    const { keys } = sampleRoutes();
    running.feeds.publish({ ...sampleRoutes([sampleRoute], 2), keys: [...keys, key] });
    await waitFor('the new routes', async () => {
      const other = await connectRaw({ port: running.port });
      other.send(request.replace(testKey, 'bl_other'));
      const answer = await other.until('\r\n\r\n');
      other.destroy();
      return answer.includes('401');
    });
    peer.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
    expect(await caller.until('ok')).toContain('200 OK');
  });
});
