import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFakeFeeds } from '../testing/fake-feeds.ts';
import { createFakeLocation, type FakeLocation } from '../testing/fake-location.ts';
import {
  type RunningGateway,
  sampleRoute,
  sampleRoutes,
  startGateway,
  testKey,
} from '../testing/start-gateway.ts';

let directory: string;
let model: Server;
let onRequest: (request: IncomingMessage, response: ServerResponse) => void;
let location: FakeLocation;
let running: RunningGateway;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'model-'));
  onRequest = (_request, response) => response.end('{"ok":true}');
  model = createServer((request, response) => onRequest(request, response));
  const socketPath = join(directory, 'model.sock');
  await new Promise<void>((resolve) => model.listen(socketPath, resolve));
  location = createFakeLocation({ socketPath });
  running = await startGateway({ location });
});

afterEach(async () => {
  await running.close();
  model.closeAllConnections();
  await new Promise((resolve) => model.close(resolve));
  rmSync(directory, { recursive: true, force: true });
});

const authorized = { authorization: `Bearer ${testKey}` };
const call = (path: string, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${running.port}${path}`, { headers: authorized, ...init });

describe('a request', () => {
  it('reaches the model with its sub-path and query, and its answer comes back', async () => {
    let seen: IncomingMessage | undefined;
    onRequest = (request, response) => {
      seen = request;
      response.setHeader('content-type', 'application/json');
      response.end('{"ok":true}');
    };
    const answer = await call('/acme/models/toy/v1/chat?a=1&environment=production&debug=true&b=%20');
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ ok: true });
    expect(seen?.url).toBe('/v1/chat?a=1&b=%20');
    expect(seen?.headers.authorization).toBeUndefined();
    expect(seen?.headers['x-forwarded-for']).toBe('127.0.0.1');
    expect(answer.headers.get('server-timing')).toMatch(/^queue;dur=0, start;dur=0, load;dur=0, run;dur=/);
    expect(answer.headers.get('x-beeline-execution')).toMatch(/^exe_/);
    expect(location.released).toEqual(['served']);
  });

  it('posts its body', async () => {
    onRequest = (request, response) => request.pipe(response);
    const answer = await call('/acme/models/toy', { method: 'POST', body: 'x'.repeat(300_000) });
    expect((await answer.text()).length).toBe(300_000);
  });

  it('leaves a record', async () => {
    await (await call('/acme/models/toy', { method: 'POST', body: 'hello' })).text();
    const [record] = await waitFor(
      'the record',
      () => running.feeds.records.length > 0 && running.feeds.records,
    );
    expect(record).toMatchObject({
      workspace: 'acme',
      model: 'toy',
      environment: 'production',
      revision: 'rev-1',
      location: 'local',
      replica: 'rep-1',
      key: 'key-1',
      method: 'POST',
      path: '/',
      status: 200,
      source: 'model',
      errorCode: null,
      aborted: false,
      requestBytes: 5,
      responseBytes: 11,
      tokens: null,
    });
  });
});

describe('a refusal', () => {
  it.each([
    ['/acme/model/toy', authorized, 404, 'ROUTE_NOT_FOUND'],
    ['/acme/models/../x', authorized, 404, 'ROUTE_NOT_FOUND'],
    ['/acme/models/toy', {}, 401, 'AUTHENTICATION_REQUIRED'],
    ['/acme/models/toy', { authorization: 'Bearer no' }, 401, 'AUTHENTICATION_FAILED'],
    ['/other/models/toy', authorized, 403, 'FORBIDDEN'],
    ['/nowhere/models/toy', authorized, 404, 'WORKSPACE_NOT_FOUND'],
    ['/acme/models/nothing', authorized, 404, 'WORKLOAD_NOT_FOUND'],
    ['/acme/models/toy?environment=development', authorized, 404, 'WORKLOAD_NOT_FOUND'],
    ['/acme/models/toy?environment=A%20B', authorized, 400, 'REQUEST_INVALID'],
  ])('answers %s with %o by %i %s', async (path, headers, status, code) => {
    const answer = await call(path, { headers });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-beeline-error-code')).toBe(code);
    const { error } = (await answer.json()) as { error: Record<string, unknown> };
    expect(error).toMatchObject({ code, status, origin: 'platform', component: 'gateway' });
  });

  it('says which environments have the model', async () => {
    const answer = await call('/acme/models/toy?environment=staging');
    expect(await answer.text()).toContain('it is in production');
  });

  it('tells a deactivated deployment from one that is not ready', async () => {
    running.feeds.publish(
      sampleRoutes(
        [
          { ...sampleRoute, state: 'deactivated', targets: [] },
          {
            ...sampleRoute,
            environment: 'development',
            state: 'unavailable',
            reason: 'loading failed',
            retryable: true,
            targets: [],
          },
        ],
        2,
      ),
    );
    const deactivated = await waitFor('the new routes', async () => {
      const answer = await call('/acme/models/toy');
      return answer.status === 404 && answer;
    });
    expect(await deactivated.json()).toMatchObject({
      error: { code: 'WORKLOAD_UNAVAILABLE', retryable: false },
    });
    const unready = await call('/acme/models/toy', {
      headers: { ...authorized, 'X-Blaxel-Environment': 'development' },
    });
    expect(unready.headers.get('retry-after')).toBe('1');
    expect(await unready.text()).toContain('loading failed');
  });

  it('leaves a record once the key is known to be good', async () => {
    await (await call('/acme/models/toy', { headers: {} })).text();
    await (await call('/acme/models/nothing')).text();
    const records = await waitFor(
      'a record',
      () => running.feeds.records.length > 0 && running.feeds.records,
    );
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      model: 'nothing',
      status: 404,
      source: 'gateway',
      errorCode: 'WORKLOAD_NOT_FOUND',
    });
  });
});

describe('a gateway without routes', () => {
  it('says so, and is not ready', async () => {
    const waiting = await startGateway({ location, feeds: createFakeFeeds(), waitForRoutes: false });
    expect(waiting.gateway.ready()).toBe(false);
    const answer = await fetch(`http://127.0.0.1:${waiting.port}/acme/models/toy`, { headers: authorized });
    expect(answer.status).toBe(503);
    await waiting.close();
  });
});
