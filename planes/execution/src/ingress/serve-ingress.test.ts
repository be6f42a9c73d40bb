import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BeelineError, Secret, silentLogger } from '@beeline/core/base';
import type { AcquireRequest, Lease, LeaseOutcome, LocationPort } from '@beeline/core/contract';
import { listen } from '@beeline/core/service';
import {
  connectRaw,
  createFakeClock,
  type FakeClock,
  type RawPeer,
  type RawServer,
  startRawServer,
  waitFor,
} from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Ingress, serveIngress } from './serve-ingress.ts';

const token = 'between-us';
const head = (more = '', of = token) =>
  `POST / HTTP/1.1\r\nHost: h\r\nX-Beeline-Internal-Token: ${of}\r\nX-Beeline-Revision: rev-1\r\n${more}`;
const request = head('Content-Length: 4\r\n\r\nbody');
const nowhere = { socketPath: '/nowhere/at/all' };
const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone';

describe.each(['unix', 'tcp'] as const)('the ingress of a location, over %s,', (kind) => {
  let clock: FakeClock;
  let directory: string;
  let replica: RawServer;
  let ingress: Ingress;
  let released: LeaseOutcome[];
  let refusal: BeelineError | null;
  let acquired: AcquireRequest[];
  let held: boolean;
  let grant: () => void;
  let refuseHeld: (error: BeelineError) => void;
  /** What the next leases are like that are not as usual. */
  let offers: Partial<Pick<Lease, 'target' | 'wait'>>[];
  let peers: RawPeer[];
  let address: { readonly path: string } | { readonly port: number };

  beforeEach(async () => {
    clock = createFakeClock();
    directory = await mkdtemp(join(tmpdir(), 'bl-ingress-'));
    replica = await startRawServer();
    released = [];
    refusal = null;
    peers = [];
    acquired = [];
    held = false;
    grant = () => {};
    refuseHeld = () => {};
    offers = [];
    const port: LocationPort = {
      location: 'here',
      acquire(asked) {
        acquired.push(asked);
        if (refusal !== null) throw refusal;
        const wait = { queueMs: 0, startMs: 0, loadMs: 0 };
        const release = (outcome: LeaseOutcome) => released.push(outcome);
        const lease = { target: replica.target, replica: 'rep-1', wait, release, ...offers.shift() };
        if (!held) return lease;
        return new Promise((resolve, reject) => {
          grant = () => resolve(lease);
          refuseHeld = reject;
          asked.signal.addEventListener('abort', () => reject(asked.signal.reason));
        });
      },
      progress: () => ({ phase: 'starting', startMs: 900 }),
    };
    ingress = serveIngress({
      ...{ port, clock, logger: silentLogger, token: new Secret(token), connectMs: 5_000 },
      answerMetrics: (_request, response) => response.end('metrics'),
    });
    const path = join(directory, 's');
    const url = await listen(
      ingress.server,
      kind === 'unix' ? { socketPath: path } : { host: '127.0.0.1', port: 0 },
    );
    address = kind === 'unix' ? { path } : { port: Number(new URL(url).port) };
  });
  afterEach(async () => {
    for (const peer of peers) peer.destroy();
    const closed = ingress.close(0);
    await clock.advance(2_000);
    await closed;
    await replica.close();
    await rm(directory, { recursive: true, force: true });
  });

  const connect = async () => {
    const peer = await connectRaw(address);
    peers.push(peer);
    return peer;
  };
  /** Sends a request, and waits until the replica with this number of connections before it has it. */
  const begin = async (index: number) => {
    const gateway = await connect();
    gateway.send(request);
    const served = await replica.peer(index);
    await served.until('body');
    return { gateway, served };
  };

  it('passes a request on and says which replica answered', async () => {
    const { gateway, served } = await begin(0);
    expect(served.text.toLowerCase()).not.toMatch(/x-beeline-(internal-token|revision)/);
    served.send(answer);
    expect((await gateway.until('done')).toLowerCase()).toMatch(
      /^http\/1\.1 200 [\s\S]*x-beeline-replica: rep-1\r\nx-beeline-wait: 0;0;0\r\n/,
    );
    expect(released).toEqual(['served']);
  });

  it.each([
    ['another token', head('Content-Length: 4\r\n\r\nbody', 'guessed'), 401, 'AUTHENTICATION_FAILED'],
    [
      'no revision',
      'GET / HTTP/1.1\r\nHost: h\r\nX-Beeline-Internal-Token: between-us\r\n\r\n',
      400,
      'REQUEST_INVALID',
    ],
  ])('refuses a request with %s, for good', async (_name, bytes, status, code) => {
    const gateway = await connect();
    gateway.send(bytes);
    const text = await gateway.until(code);
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(text.toLowerCase()).not.toContain('x-beeline-undelivered');
    expect(replica.peers).toHaveLength(0);
  });

  const drained = new BeelineError('DRAIN_TIMEOUT', { message: 'its time was over' });

  it('answers with the reason when the location takes a slot back, and lets go of the replica', async () => {
    const { gateway, served } = await begin(0);
    acquired[0]?.cut?.(drained);
    expect(await gateway.until('its time was over')).toMatch(/^HTTP\/1\.1 504 [\s\S]*DRAIN_TIMEOUT/);
    expect(released).toEqual(['broken']);
    await waitFor('the end', () => served.ended);
  });

  it('cuts an answer that has begun when the location takes the slot back', async () => {
    const { gateway, served } = await begin(0);
    served.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
    await gateway.until('half');
    acquired[0]?.cut?.(drained);
    await waitFor('the cut', () => gateway.ended);
    expect(released).toEqual(['broken']);
    await waitFor('the end', () => served.ended);
  });

  it('tells a gateway that asks for it how the replica of a held request wakes', async () => {
    held = true;
    const gateway = await connect();
    gateway.send(head('X-Beeline-Progress: events\r\nContent-Length: 4\r\n\r\nbody'));
    await gateway.until('HTTP/1.1 102 Processing\r\nx-beeline-progress: starting;900\r\n\r\n');
    gateway.clear();
    await clock.advance(1_000);
    await gateway.until('102 Processing');
    grant();
    const served = await replica.peer(0);
    expect((await served.until('body')).toLowerCase()).not.toContain('progress');
    gateway.clear();
    await clock.advance(5_000);
    served.send(answer);
    expect(await gateway.until('done')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('while it stops, ends what runs and declines what comes, and says that nothing was delivered', async () => {
    const { gateway, served } = await begin(0);
    const closed = ingress.close(10_000);
    const late = await connect();
    late.send(request);
    expect((await late.until('SHUTTING_DOWN')).toLowerCase()).toMatch(
      /^http\/1\.1 503 [\s\S]*x-beeline-undelivered: [\s\S]*connection: close\r\n/,
    );
    const probe = await connect();
    probe.send('GET /readyz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    expect(await probe.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 503 /);
    served.send(answer);
    await gateway.until('done');
    await clock.advance(2_000);
    await closed;
    expect(released).toEqual(['served']);
    expect(replica.peers).toHaveLength(1);
  });

  it('tells unused connections that it ends, and takes no request that was on its way', async () => {
    const { gateway, served } = await begin(0);
    served.send(answer);
    await gateway.until('done');
    gateway.clear();
    const unused = await connect();
    const closed = ingress.close(10_000);
    await waitFor('the time in which it still declines', () => clock.pendingTimers > 0);
    expect(unused.ended).toBe(false);
    await clock.advance(250);
    gateway.send(request); // crosses the goodbye: what it reads next is the answer to this
    for (const told of [gateway, unused]) {
      expect((await told.until('"request_id"')).toLowerCase()).toMatch(
        /^http\/1\.1 503 [\s\S]*x-beeline-undelivered: shutting_down\r\n[\s\S]*connection: close\r\n/,
      );
      await waitFor('the end', () => told.ended);
    }
    await clock.advance(2_000);
    await closed;
    expect(released).toEqual(['served']);
    expect(replica.peers).toHaveLength(1);
    await expect(connectRaw(address)).rejects.toThrow(/ECONNREFUSED|ENOENT/);
  });

  it('tells a gateway that the revision is not there, so that it looks for it elsewhere', async () => {
    refusal = new BeelineError('REVISION_NOT_HERE', { message: 'not here' });
    const gateway = await connect();
    gateway.send(request);
    expect((await gateway.until('"request_id"')).toLowerCase()).toContain(
      '\r\nx-beeline-undelivered: revision_not_here\r\n',
    );
    expect(gateway.text.toLowerCase()).not.toContain('connection: close');
  });

  it('cuts what did not end within the limit', async () => {
    const { gateway } = await begin(0);
    const closed = ingress.close(10_000);
    await waitFor('the limit to run', () => clock.pendingTimers > 0);
    await clock.advance(10_000);
    expect(await gateway.until('REPLICA_LOST')).toMatch(/^HTTP\/1\.1 503 /);
    await clock.advance(5_000);
    await closed;
    await waitFor('the release', () => released.length === 1);
    expect(released).toEqual(['broken']);
  });

  it('tells that a replica went away while it worked on a request', async () => {
    const { gateway, served } = await begin(0);
    served.socket.end();
    expect(await gateway.until('REPLICA_LOST')).toMatch(
      /^HTTP\/1\.1 503 [\s\S]*while it worked on the request/,
    );
    expect(gateway.text.toLowerCase()).not.toContain('x-beeline-undelivered');
    expect(released).toEqual(['broken']);
  });

  it('asks for a body that waits for it when a replica takes the request, even when a part of it came', async () => {
    const gateway = await connect();
    gateway.send(head('Content-Length: 8\r\nExpect: 100-continue\r\n\r\nbody'));
    await gateway.until('HTTP/1.1 100 Continue\r\n\r\n');
    gateway.clear();
    gateway.send('rest');
    const served = await replica.peer(0);
    expect((await served.until('bodyrest')).toLowerCase()).not.toContain('expect');
    served.send(answer);
    await gateway.until('done');
  });

  it('asks for no body that it does not take', async () => {
    refusal = new BeelineError('REVISION_NOT_HERE', { message: 'not here' });
    const gateway = await connect();
    gateway.send(head('Content-Length: 8\r\nExpect: 100-continue\r\n\r\n'));
    expect(await gateway.until('"request_id"')).toMatch(/^HTTP\/1\.1 503 [\s\S]*connection: close\r\n/);
  });

  it('hands the location’s own refusal through', async () => {
    refusal = new BeelineError('QUEUE_FULL', { message: 'too many wait', retryAfterMs: 2_000 });
    const gateway = await connect();
    gateway.send(request);
    const text = await gateway.until('too many wait');
    expect(text).toMatch(/^HTTP\/1\.1 429 /);
    expect(text.toLowerCase()).toContain('\r\nretry-after: 2\r\n');
    expect(text.toLowerCase()).not.toContain('x-beeline-undelivered');
  });

  it('lets go of the slot and of the replica when the gateway goes away in the middle of an answer', async () => {
    const { gateway, served } = await begin(0);
    served.send('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
    await gateway.until('half');
    expect(ingress.exchanges).toBe(1);
    gateway.destroy();
    await waitFor('the release', () => released.length === 1);
    expect(released).toEqual(['aborted']);
    await waitFor('the end', () => served.ended);
    expect(ingress.exchanges).toBe(0);
  });

  it('gives up a held request when its gateway goes away', async () => {
    held = true;
    const gateway = await connect();
    gateway.send(request);
    await waitFor('the request', () => acquired.length === 1);
    expect(acquired[0]?.signal.aborted).toBe(false);
    gateway.destroy();
    await waitFor('the end', () => ingress.exchanges === 0);
    expect(acquired[0]?.signal.reason).toMatchObject({ message: 'the gateway went away' });
    expect([replica.peers.length, released]).toEqual([0, []]);
  });

  it('says why a held request is refused', async () => {
    held = true;
    const gateway = await connect();
    gateway.send(request);
    await waitFor('the request', () => acquired.length === 1);
    refuseHeld(new BeelineError('REPLICA_TIMEOUT', { message: 'no replica was free' }));
    expect(await gateway.until('no replica was free')).toMatch(/^HTTP\/1\.1 504 /);
    expect(ingress.exchanges).toBe(0);
  });

  it('passes on nothing that a model says in the name of the platform', async () => {
    const { gateway, served } = await begin(0);
    const forged = [
      ...['Replica: forged', 'Wait: 7;7;7', 'Undelivered: forged', 'Progress: forged;1', 'Revision: forged'],
      ...['Internal-Token: forged', 'Source: forged', 'Error-Code: forged'],
    ].map((line) => `X-Beeline-${line}\r\n`);
    const others = 'X-Blaxel-Source: forged\r\nX-Blaxel-Error-Code: forged\r\n';
    served.send(`HTTP/1.1 200 OK\r\n${forged.join('')}${others}Content-Length: 4\r\n\r\ndone`);
    const text = await gateway.until('done');
    expect(text).not.toMatch(/forged|7;7;7/);
    expect(text).toContain('x-beeline-replica: rep-1\r\nx-beeline-wait: 0;0;0\r\n');
  });

  it('adds up what a request waited for when it is offered to one replica after the other', async () => {
    offers = [
      { target: nowhere, wait: { queueMs: 1, startMs: 2, loadMs: 3 } },
      { target: nowhere, wait: { queueMs: 10, startMs: 20, loadMs: 30 } },
      { wait: { queueMs: 100, startMs: 200, loadMs: 300 } },
    ];
    const { gateway, served } = await begin(0);
    served.send(answer);
    expect(await gateway.until('done')).toContain('x-beeline-wait: 111;222;333\r\n');
    expect(released).toEqual(['unreachable', 'unreachable', 'served']);
  });

  it('offers a request to three replicas, and then says that none had it', async () => {
    offers = [{ target: nowhere }, { target: nowhere }, { target: nowhere }, {}];
    const gateway = await connect();
    gateway.send(request);
    expect(await gateway.until('REPLICA_LOST')).toMatch(/^HTTP\/1\.1 503 [\s\S]*was not delivered/);
    expect(released).toEqual(['unreachable', 'unreachable', 'unreachable']);
    expect(ingress.exchanges).toBe(0);
  });

  it('takes the names of revision, execution and request from the gateway', async () => {
    refusal = new BeelineError('QUEUE_FULL', { message: 'too many wait' });
    const gateway = await connect();
    gateway.send(head('X-Beeline-Execution: exe_7\r\nX-Request-Id: mine-1\r\nContent-Length: 0\r\n\r\n'));
    expect(await gateway.until('too many wait')).toContain('"request_id":"mine-1"');
    expect(acquired[0]).toMatchObject({ revision: 'rev-1', executionId: 'exe_7' });
  });

  it('lets the model know the execution', async () => {
    const gateway = await connect();
    gateway.send(head('X-Beeline-Execution: exe_7\r\nContent-Length: 4\r\n\r\nbody'));
    const served = await replica.peer(0);
    expect((await served.until('body')).toLowerCase()).toContain('x-beeline-execution: exe_7\r\n');
  });

  it('tells whoever asks that it is ready, and hands questions for metrics on', async () => {
    const probe = await connect();
    probe.send('GET /readyz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    expect(await probe.until('"here"')).toMatch(/^HTTP\/1\.1 200 /);
    const scrape = await connect();
    scrape.send('GET /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n');
    await scrape.until('metrics');
  });

  it('sends a model’s own paths to the model, also those that are its own', async () => {
    const gateway = await connect();
    gateway.send(head('\r\n').replace('POST /', 'GET /metrics'));
    expect(await (await replica.peer(0)).until('\r\n\r\n')).toMatch(/^GET \/metrics HTTP/);
  });

  it('says in one line what is wrong with bytes that are no request', async () => {
    const gateway = await connect();
    gateway.send('NONSENSE\r\n\r\n');
    expect(await gateway.until('\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 Refused\r\nconnection: close\r\n/);
  });
});
