import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LogFields, type Logger, Secret, silentLogger } from '@beeline/core/base';
import { compileConfig, type RunningProcess } from '@beeline/core/service';
import { connectRaw, type RawPeer, type RawServer, startRawServer, waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeControl, startControl } from '../../testing/start-control.ts';
import { sampleRoute, sampleRoutes, testKey } from '../../testing/start-gateway.ts';
import { gatewayProcessSettings } from '../config.ts';
import { runWorkers } from './run-workers.ts';
import { startWorkerThread, type WorkerThread } from './worker-thread.ts';

const docs = new URL('../../../../docs/operations/observability.md', import.meta.url);

let dataDir: string;
let control: FakeControl;
/** Stands for the ingress of a location: it answers when the test says so. */
let ingress: RawServer;
let running: RunningProcess;
let threads: Map<number, WorkerThread>;
let logged: LogFields[];
let callers: RawPeer[];

const token = new Secret('a-token-of-sixteen-or-more');
const recordingLogger: Logger = { ...silentLogger, error: (fields) => void logged.push(fields) };

async function start(changes: Readonly<Record<string, string>> = {}): Promise<void> {
  const target = 'socketPath' in ingress.target ? ingress.target.socketPath : '';
  const config = compileConfig(gatewayProcessSettings, {
    env: {},
    file: {
      dataDir,
      port: 0,
      controlUrl: control.url,
      locations: `local=unix:${target}`,
      metricsToken: 'scrape-me',
      announcePeriod: '0',
      usageInterval: '20ms',
      logLevel: 'silent',
      ...changes,
    },
  });
  running = await runWorkers({
    config,
    token,
    directory: dataDir,
    logger: recordingLogger,
    workers: 2,
    version: '0',
    startThread(message, events) {
      const thread = startWorkerThread(message, events);
      threads.set(message.worker, thread);
      return thread;
    },
  });
}

beforeEach(async () => {
  [threads, logged, callers] = [new Map(), [], []];
  dataDir = await mkdtemp(join(tmpdir(), 'workers-'));
  ingress = await startRawServer();
  control = await startControl(sampleRoutes());
});

afterEach(async () => {
  for (const caller of callers) caller.destroy();
  await running.close();
  await control.close();
  await ingress.close();
  await rm(dataDir, { recursive: true, force: true });
});

const port = () => Number(new URL(running.url).port);
const head = (path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${path === '/metrics' ? 'scrape-me' : testKey}\r\n\r\n`;

/** Connections of their own, so that every worker has some. */
async function connect(count: number): Promise<readonly RawPeer[]> {
  const peers = await Promise.all(Array.from({ length: count }, () => connectRaw({ port: port() })));
  callers.push(...peers);
  return peers;
}

async function ask(path: string): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(running.url + path, {
    headers: { authorization: `Bearer ${path === '/metrics' ? 'scrape-me' : testKey}`, connection: 'close' },
  });
  return { status: response.status, body: await response.text() };
}

const readyOnAll = () =>
  waitFor('every worker to have routes', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask('/readyz')));
    return answers.every(({ status }) => status === 200);
  });

/** Requests that the location holds, one for each line. */
const held = () => ingress.peers.filter((peer) => !peer.ended && peer.text.includes('GET /')).length;

function answerHeld(): void {
  for (const peer of ingress.peers.filter((one) => one.text.includes('GET /'))) {
    peer.clear();
    peer.send('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  }
}

const statuses = (peers: readonly RawPeer[]) =>
  peers.flatMap(({ text }) => [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map((match) => Number(match[1])));

describe('a gateway with two workers', () => {
  it('lets exactly as many requests run as its limit says, whoever got their connections', async () => {
    await start({ maxExchanges: '3' });
    await readyOnAll();
    for (const _round of [1, 2]) {
      const peers = await connect(10);
      for (const peer of peers) peer.send(head('/acme/models/toy'));
      await waitFor('seven refusals', () => statuses(peers).length === 7);
      expect(statuses(peers)).toEqual(Array(7).fill(503));
      await waitFor('three requests at the location', () => held() === 3);
      expect(JSON.parse((await ask('/readyz')).body)).toEqual({ ready: true, exchanges: 3 });
      answerHeld();
      await waitFor('three answers', () => statuses(peers).length === 10);
      expect(statuses(peers).filter((status) => status === 200)).toHaveLength(3);
    }
    expect(JSON.parse((await ask('/readyz')).body)).toEqual({ ready: true, exchanges: 0 });
  });

  it('takes exactly as many connections as its limit says', async () => {
    await start({ maxConnections: '4' });
    const peers = await connect(10);
    const refused = () => peers.filter((peer) => peer.ended && peer.text.includes('its limit'));
    await waitFor('six refusals', () => refused().length === 6);
    const taken = peers.filter((peer) => !refused().includes(peer));
    for (const peer of taken) peer.send(head('/nowhere'));
    await waitFor('answers to the others', () => statuses(taken).length === 4);
    expect(refused()).toHaveLength(6);
    for (const peer of taken) peer.destroy();
    await waitFor('room', async () => (await ask('/readyz')).status === 200);
  });

  it('goes on when a worker crashes, gives back what it held and puts another in its place', async () => {
    await start({ maxExchanges: '8' });
    await readyOnAll();
    const peers = await connect(8);
    for (const peer of peers) peer.send(head('/acme/models/toy'));
    await waitFor('eight requests at the location', () => held() === 8);
    threads.get(1)?.send({ kind: 'routes', routes: 'no JSON' });
    await waitFor('the log', () => logged.length > 0);
    const lost = Number(logged[0]?.lost);
    const reason = expect.stringMatching(/^SyntaxError: .*no JSON/);
    expect(logged).toEqual([expect.objectContaining({ worker: 1, reason })]);
    await waitFor('its callers to be cut', () => peers.filter((peer) => peer.ended).length === lost);
    await waitFor('the other', () =>
      ask('/metrics').then(({ body }) => body.includes('gateway_workers 2\n')),
    );
    await readyOnAll();
    expect(JSON.parse((await ask('/readyz')).body)).toEqual({ ready: true, exchanges: 8 - lost });
    answerHeld();
    await waitFor('the answers', () => statuses(peers).length === 8 - lost);
    expect(peers.filter((peer) => peer.ended)).toHaveLength(lost);
    expect((await ask('/metrics')).body).toContain('beeline_gateway_worker_restarts_total 1\n');
  });

  it('tells the metrics that docs/operations says only such a gateway has', async () => {
    await start();
    await readyOnAll();
    const page = await readFile(docs, 'utf8');
    const rows = [...page.matchAll(/^\| `([a-z_]+)` .*only with several workers/gm)];
    const { body } = await ask('/metrics');
    const told = [...body.matchAll(/^# TYPE (beeline_gateway_worker\S*)/gm)].map(([, name]) => name);
    expect(rows.map(([, name]) => name).toSorted()).toEqual(told.toSorted());
  });

  it('counts for all of them, and never back when one is gone', async () => {
    await start();
    await readyOnAll();
    const counted = async () => {
      const { body } = await ask('/metrics');
      const line = /^beeline_gateway_requests_total\{.*code="200".*\} (\d+)$/m.exec(body);
      return { body, requests: Number(line?.[1]) };
    };
    const peers = await connect(8);
    for (const peer of peers) peer.send(head('/acme/models/toy'));
    await waitFor('eight requests at the location', () => held() === 8);
    const { body } = await counted();
    expect(body).toContain('beeline_gateway_requests_in_flight 8\n');
    answerHeld();
    await waitFor('the answers', () => statuses(peers).length === 8);
    await waitFor('the count', async () => (await counted()).requests === 8);
    expect(body.match(/^nodejs_eventloop_utilization_ratio\{thread="[^"]+"\}/gm)?.sort()).toEqual(
      ['main', 'worker-1', 'worker-2'].map((name) => `nodejs_eventloop_utilization_ratio{thread="${name}"}`),
    );
    expect(body.match(/^process_resident_memory_bytes /gm)).toHaveLength(1);
    threads.get(2)?.end();
    await waitFor('the log', () => logged.length > 0);
    expect((await counted()).requests).toBe(8);
  });

  it('serves new routes from all of them, and from one file after a restart without control', async () => {
    await start();
    await readyOnAll();
    control.publish(sampleRoutes([{ ...sampleRoute, state: 'deactivated', targets: [] }], 2));
    await waitFor('the new routes everywhere', async () => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => ask('/acme/models/toy')));
      return answers.every(({ body }) => body.includes('deactivated'));
    });
    await running.close();
    await start({ controlUrl: 'http://127.0.0.1:9' });
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask('/acme/models/toy')));
    expect(answers.every(({ body }) => body.includes('deactivated'))).toBe(true);
  });

  it('finishes what runs when it stops, and delivers every record', async () => {
    await start();
    await readyOnAll();
    const peers = await connect(8);
    for (const peer of peers) peer.send(head('/acme/models/toy'));
    await waitFor('eight requests at the location', () => held() === 8);
    const closing = running.close();
    await waitFor('nobody to listen', () =>
      ask('/readyz').then(
        () => false,
        () => true,
      ),
    );
    answerHeld();
    await closing;
    await waitFor('the answers', () => statuses(peers).length === 8);
    expect(statuses(peers)).toEqual(Array(8).fill(200));
    expect(control.records.map(({ status }) => status)).toEqual(Array(8).fill(200));
  });

  it('is refused a port on which another gateway listens', async () => {
    await start();
    const first = running;
    await expect(start({ port: String(port()) })).rejects.toMatchObject({ code: 'PORT_TAKEN' });
    expect(running).toBe(first);
  });
});
