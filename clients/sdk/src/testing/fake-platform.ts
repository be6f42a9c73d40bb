import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asBeelineError, BeelineError, httpStatusOf, Secret } from '@beeline/core/base';
import {
  apiErrorBody,
  type ExecutionRecord,
  type LogLineBody,
  lookUpIn,
  type ModelMetricsBody,
  platformErrorBody,
  platformErrorHeaders,
  readCredential,
} from '@beeline/core/contract';
import type { Location, Revision } from '@beeline/core/resources';
import { createFakeStore, type FakeStore } from './fake-store.ts';

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface FakeAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A control API and an inference endpoint over real HTTP, with everything in memory. */
export interface FakePlatform {
  readonly apiUrl: string;
  readonly runUrl: string;
  readonly apiKey: Secret;
  readonly requests: readonly RecordedRequest[];
  readonly store: FakeStore;
  readonly locations: Location[];
  readonly revisions: Revision[];
  readonly logs: LogLineBody[];
  readonly executions: ExecutionRecord[];
  /** By name of the model, whatever the environment. */
  readonly metrics: Map<string, ModelMetricsBody>;
  /** Answers instead of the platform when it returns something; `hang` never answers. */
  intercept: (request: RecordedRequest) => FakeAnswer | 'hang' | undefined;
  /** Answers inference requests. A text is sent as it is, a list chunk by chunk, anything else as JSON. */
  infer: (request: RecordedRequest) => FakeAnswer;
  close(): Promise<void>;
}

const apiKey = 'bl_fake_key';
/** So few that a test of a list sees several pages. */
const fakePageItems = 3;
const ok = (body: unknown): FakeAnswer => ({ status: 200, body });
const missing = (what: string) =>
  new BeelineError('RESOURCE_NOT_FOUND', { message: `${what} does not exist; check the name` });

async function readRequest(incoming: IncomingMessage): Promise<RecordedRequest> {
  const url = new URL(incoming.url ?? '/', 'http://fake');
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function answerModelPart(
  platform: FakePlatform,
  [model, part]: readonly [string, string],
  query: RecordedRequest['query'],
): FakeAnswer {
  const limit = Number(query.limit ?? 100);
  if (part === 'revisions') return ok(platform.revisions);
  if (part === 'executions') return ok(platform.executions.slice(0, limit));
  if (part === 'metrics') {
    const metrics = platform.metrics.get(model);
    if (metrics === undefined) throw missing(`model ${model}`);
    return ok(metrics);
  }
  if (part !== 'logs') throw missing(part);
  const from = platform.logs.findIndex((line) => line.id === query.after) + 1;
  return ok(
    query.after === undefined ? platform.logs.slice(-limit) : platform.logs.slice(from, from + limit),
  );
}

/** One page, with the place of the next as its cursor; everything for clients of the first version. */
function pageOf(items: readonly unknown[], { headers, query }: RecordedRequest): unknown {
  if (headers['beeline-version'] !== '2026-04-28') return items;
  const start = Number(query.cursor ?? 0);
  const end = start + Math.min(Number(query.limit ?? 50), fakePageItems);
  const nextCursor = end < items.length ? String(end) : null;
  const meta = { hasMore: nextCursor !== null, nextCursor, total: items.length };
  return { data: items.slice(start, end), meta };
}

function answerApi(platform: FakePlatform, request: RecordedRequest): FakeAnswer {
  if (readCredential(lookUpIn(request.headers)) !== apiKey) {
    throw new BeelineError('AUTHENTICATION_FAILED', {
      message: 'the API key is not known; create a new one',
    });
  }
  const [, , plural = '', name, part] = request.path.split('/').map(decodeURIComponent);
  if (plural === 'locations') return ok(platform.locations);
  if (plural === 'workspaces' && name === 'default') return ok({ name, displayName: 'Default' });
  if (plural === 'executions') {
    const found = platform.executions.find((execution) => execution.id === name);
    if (found === undefined) throw missing(`execution ${name}`);
    return ok(found);
  }
  if (part !== undefined) return answerModelPart(platform, [name ?? '', part], request.query);
  const { store } = platform;
  const input = request.body === '' ? undefined : JSON.parse(request.body);
  switch (request.method) {
    case 'GET':
      return ok(
        name === undefined
          ? pageOf(store.list(plural, request.query), request)
          : store.get(plural, name, request.query),
      );
    case 'POST':
      return ok(store.create(plural, input));
    case 'PUT':
      return ok(store.update(plural, name ?? '', input));
    default:
      return ok(store.delete(plural, name ?? '', request.query));
  }
}

function answer(platform: FakePlatform, request: RecordedRequest): FakeAnswer | 'hang' {
  const instead = platform.intercept(request);
  if (instead !== undefined) return instead;
  const isApi = request.path.startsWith('/v0/');
  try {
    return isApi ? answerApi(platform, request) : platform.infer(request);
  } catch (thrown) {
    const error = asBeelineError(thrown);
    return isApi
      ? { status: httpStatusOf(error.kind), body: apiErrorBody(error, 'req_1') }
      : fakePlatformError(error);
  }
}

/** How a gateway refuses an inference request. */
export function fakePlatformError(error: BeelineError): FakeAnswer {
  return {
    status: httpStatusOf(error.kind),
    body: platformErrorBody(error, { component: 'gateway', requestId: 'req_1', nowMs: 0 }),
    headers: platformErrorHeaders(error, 'gateway'),
  };
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
}

const isText = (value: unknown): value is string => typeof value === 'string';

function chunksOf(body: unknown): readonly string[] {
  if (isText(body)) return [body];
  return Array.isArray(body) && body.length > 0 && body.every(isText) ? body : [JSON.stringify(body)];
}

/** Starts one on a free port; the caller closes it. */
export async function startFakePlatform(): Promise<FakePlatform> {
  const requests: RecordedRequest[] = [];
  const server = createServer(async (incoming, response) => {
    const request = await readRequest(incoming);
    requests.push(request);
    const answered = answer(platform, request);
    if (answered === 'hang') return;
    const { status, body, headers } = answered;
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    for (const chunk of chunksOf(body)) response.write(chunk);
    response.end();
  });
  const origin = await listen(server);
  const platform: FakePlatform = {
    apiUrl: `${origin}/v0`,
    runUrl: origin,
    apiKey: new Secret(apiKey),
    requests,
    store: createFakeStore(origin),
    locations: [],
    revisions: [],
    logs: [],
    executions: [],
    metrics: new Map(),
    intercept: () => undefined,
    infer: (request) => ok({ echo: request.body }),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
  return platform;
}
