import { BeelineError, Secret, systemClock } from '@beeline/core/base';
import { connectRaw, type RawPeer, type RawServer, startRawServer, waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeLocation } from '../../testing/fake-location.ts';
import {
  type RunningGateway,
  sampleRoute,
  sampleRoutes,
  startGateway,
  testKey,
} from '../../testing/start-gateway.ts';
import { createRemoteLocation } from './remote-location.ts';

const declined =
  'HTTP/1.1 503 Service Unavailable\r\nx-beeline-undelivered: yes\r\nX-Beeline-Error-Code: SHUTTING_DOWN\r\n' +
  'X-Beeline-Source: platform\r\nContent-Length: 4\r\nConnection: close\r\n\r\nleft';
/** Longer than what is kept to be sent again. */
const long = 'y'.repeat(200_000);
const ready = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
const served =
  'HTTP/1.1 200 OK\r\nX-Beeline-Replica: rep-7\r\nX-Beeline-Wait: 0;0;0\r\nContent-Length: 4\r\n\r\ndone';

describe.each([false, true])('what an ingress answers (over TCP: %s)', (tcp) => {
  let ingress: RawServer;
  let running: RunningGateway;
  let caller: RawPeer;

  beforeEach(async () => {
    ingress = await startRawServer({ tcp });
    running = await startGateway({
      location: createRemoteLocation({
        name: 'local',
        target: ingress.target,
        token: new Secret('between-us'),
        clock: systemClock,
        holdMs: 10_000,
      }),
    });
    caller = await connectRaw({ port: running.port });
  });
  afterEach(async () => {
    caller.destroy();
    await running.close();
    await ingress.close();
  });

  const post = (framing: string, body: string) =>
    caller.send(
      `POST /acme/models/toy HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${testKey}\r\n${framing}\r\n\r\n${body}`,
    );
  /** The request on the connection with this number, whole when it ends so. */
  const requestOn = async (index: number, end: string) => {
    const peer = await ingress.peer(index);
    await peer.until(end);
    return peer;
  };
  const record = () => waitFor('the record', () => running.feeds.records[0]);

  it.each([
    ['a length', 'Content-Length: 4', 'body', '\r\n\r\nbody'],
    ['chunks', 'Transfer-Encoding: chunked', '4\r\nbody\r\n0\r\n\r\n', '4\r\nbody\r\n0\r\n\r\n'],
  ])(
    'with a word that it did not deliver the request has it sent again, body with %s',
    async (_name, framing, body, end) => {
      post(framing, body);
      (await requestOn(0, end)).send(declined);
      (await requestOn(1, '\r\n\r\n')).send(ready);
      const again = await requestOn(2, end);
      expect(again.text).toMatch(/^POST \/ HTTP\/1\.1\r\n/);
      expect(again.text.toLowerCase()).toContain('\r\nx-beeline-internal-token: between-us\r\n');
      again.send(served);
      expect(await caller.until('done')).toMatch(/^HTTP\/1\.1 200 /);
      expect(caller.text).not.toContain('left');
      expect(caller.text.toLowerCase()).not.toMatch(/x-beeline-(undelivered|replica|wait)/);
      expect(await record()).toMatchObject({
        status: 200,
        source: 'model',
        replica: 'rep-7',
        requestBytes: 4,
      });
    },
  );

  it.each([
    ['a length', `Content-Length: ${long.length}`, long, long],
    ['chunks', 'Transfer-Encoding: chunked', `30d40\r\n${long}\r\n0\r\n\r\n`, '0\r\n\r\n'],
  ])(
    'with that word a long body can be sent again, because it waits to be asked for: with %s',
    async (_name, framing, body, end) => {
      post(framing, body);
      const first = await requestOn(0, 'expect: 100-continue\r\n');
      first.send(declined);
      (await requestOn(1, '\r\n\r\n')).send(ready);
      const again = await requestOn(2, 'expect: 100-continue\r\n');
      expect([first, again].every((peer) => peer.receivedBytes < 70_000)).toBe(true);
      again.send('HTTP/1.1 100 Continue\r\n\r\n');
      await again.until(end);
      const sent = again.text.slice(again.text.indexOf('\r\n\r\n')).replace(/[^y]/g, '');
      expect(sent).toHaveLength(long.length);
      again.send(served);
      expect(await caller.until('done')).toMatch(/^HTTP\/1\.1 200 /);
      expect(await record()).toMatchObject({ status: 200, requestBytes: long.length });
    },
  );

  it('before it asked for a long body is passed on, and the body follows', async () => {
    post(`Content-Length: ${long.length}`, long);
    const peer = await requestOn(0, 'expect: 100-continue\r\n');
    peer.send(served.replace('done', 'half').replace(': 4', ': 8'));
    expect(await caller.until('half')).toMatch(/^HTTP\/1\.1 200 /);
    await peer.until(long);
    peer.send('done');
    await caller.until('halfdone');
  });

  it('without that word, even an error of its own, is the answer', async () => {
    post('Content-Length: 4', 'body');
    (await requestOn(0, 'body')).send(declined.replace('x-beeline-undelivered: yes\r\n', ''));
    expect(await caller.until('left')).toMatch(/^HTTP\/1\.1 503 /);
    expect(await record()).toMatchObject({
      status: 503,
      source: 'location',
      errorCode: 'SHUTTING_DOWN',
      aborted: false,
    });
    expect(ingress.peers).toHaveLength(1);
  });

  it('that does not come, because it went away, is an error that names the location', async () => {
    post('Content-Length: 4', 'body');
    (await requestOn(0, 'body')).socket.end();
    expect(await caller.until('"request_id"')).toMatch(
      /^HTTP\/1\.1 503 [\s\S]*REPLICA_LOST[\s\S]*location local went away[\s\S]*while it worked on the request/,
    );
    expect(ingress.peers).toHaveLength(1);
  });

  it('with that word each time is tried three times and no more', async () => {
    post('Content-Length: 4', 'body');
    (await requestOn(0, 'body')).send(declined);
    (await requestOn(1, '\r\n\r\n')).send(ready);
    (await requestOn(2, 'body')).send(declined);
    (await requestOn(3, '\r\n\r\n')).send(ready);
    (await requestOn(4, 'body')).send(declined);
    const text = await caller.until('"request_id"');
    expect(text).toMatch(/^HTTP\/1\.1 503 [\s\S]*REPLICA_LOST[\s\S]*not delivered and is safe to send again/);
    expect(ingress.peers).toHaveLength(5);
  });

  it('with a word that it does not serve the revision has the request sent where newer routes lead', async () => {
    const notHere = declined
      .replace('undelivered: yes', 'undelivered: REVISION_NOT_HERE')
      .replace('close', 'keep-alive');
    post('Content-Length: 4', 'body');
    const first = await requestOn(0, 'body');
    expect(first.text).toContain('x-beeline-revision: rev-1\r\n');
    first.clear();
    first.send(notHere);
    const targets = [{ revision: 'rev-2', weight: 100, locations: ['local'] }];
    running.feeds.publish(sampleRoutes([{ ...sampleRoute, targets }], 2));
    const again = await requestOn(1, 'body');
    expect(again.text).toContain('x-beeline-revision: rev-2\r\n');
    again.send(served);
    expect(await caller.until('done')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await record()).toMatchObject({ status: 200, revision: 'rev-2', replica: 'rep-7' });
  });

  it('while its caller has left is not waited for', async () => {
    post('Content-Length: 4', 'body');
    (await requestOn(0, 'body')).send(declined);
    const probe = await requestOn(1, '\r\n\r\n');
    expect(running.gateway.exchanges).toBe(1);
    caller.destroy();
    await waitFor('the exchange to end', () => running.gateway.exchanges === 0);
    probe.send(ready);
    expect(await record()).toMatchObject({ status: 0, aborted: true });
    expect(ingress.peers).toHaveLength(2);
  });
});

it('a model that says the word of an ingress is not believed, and not quoted', async () => {
  const model = await startRawServer();
  const location = createFakeLocation(model.target);
  const running = await startGateway({ location });
  const caller = await connectRaw({ port: running.port });
  caller.send(`GET /acme/models/toy HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${testKey}\r\n\r\n`);
  (await model.peer(0)).send(declined);
  expect(await caller.until('left')).toMatch(/^HTTP\/1\.1 503 /);
  expect(caller.text.toLowerCase()).not.toContain('undelivered');
  expect([location.acquired, location.released]).toEqual([1, ['served']]);
  caller.destroy();
  await running.close();
  await model.close();
});

it('a location in this process that no longer serves the revision has the request routed anew', async () => {
  const model = await startRawServer();
  const location = createFakeLocation(model.target);
  const running = await startGateway({ location });
  const asked: string[] = [];
  location.onAcquire = ({ revision }) => {
    asked.push(revision);
    if (revision === 'rev-2') return location.lease();
    const targets = [{ revision: 'rev-2', weight: 100, locations: ['local'] }];
    running.feeds.publish(sampleRoutes([{ ...sampleRoute, targets }], 2));
    throw new BeelineError('REVISION_NOT_HERE', { message: 'gone' });
  };
  const caller = await connectRaw({ port: running.port });
  caller.send(`GET /acme/models/toy HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${testKey}\r\n\r\n`);
  (await model.peer(0)).send(served);
  expect(await caller.until('done')).toMatch(/^HTTP\/1\.1 200 /);
  expect([asked, location.released]).toEqual([['rev-1', 'rev-2'], ['served']]);
  caller.destroy();
  await running.close();
  await model.close();
});

it('a request is routed anew three times, and then the caller is told that nobody took it', async () => {
  const location = createFakeLocation({ socketPath: '/nowhere' });
  const running = await startGateway({ location });
  const asked: string[] = [];
  location.onAcquire = ({ revision }) => {
    asked.push(revision);
    const next = asked.length + 1;
    const targets = [{ revision: `rev-${next}`, weight: 100, locations: ['local'] }];
    running.feeds.publish(sampleRoutes([{ ...sampleRoute, targets }], next));
    throw new BeelineError('REVISION_NOT_HERE', { message: 'gone' });
  };
  const caller = await connectRaw({ port: running.port });
  caller.send(`GET /acme/models/toy HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${testKey}\r\n\r\n`);
  expect(await caller.until('"request_id"')).toMatch(/^HTTP\/1\.1 503 [\s\S]*REVISION_NOT_HERE/);
  expect(asked).toEqual(['rev-1', 'rev-2', 'rev-3', 'rev-4']);
  caller.destroy();
  await running.close();
});
