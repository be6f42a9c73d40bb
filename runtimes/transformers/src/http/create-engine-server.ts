import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Engine, requireModel } from '../engine/engine.ts';
import { EngineError, toEngineError } from '../engine/engine-error.ts';
import { acceptedCodings } from './decode-body.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { routeTable } from './routes/route-table.ts';

/** The HTTP server of the engine, not yet listening. */
export function createEngineServer(engine: Engine): Server {
  const server = createServer((request, response) => {
    void handleRequest(engine, server, request, response);
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 60_000;
  server.keepAliveTimeout = 75_000;
  return server;
}

async function handleRequest(
  engine: Engine,
  server: Server,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const started = performance.now();
  const [path = '/'] = (request.url ?? '/').split('?', 1);
  const exchange = openExchange(request, response, engine.config);
  response.on('close', () => {
    const route = Object.hasOwn(routeTable, path) ? path : 'unknown';
    engine.metrics.requests.add(1, {
      route,
      status: `${response.writableFinished ? response.statusCode : 499}`,
    });
    engine.metrics.requestSeconds.observe((performance.now() - started) / 1000, { route });
    if (engine.state() === 'draining') server.closeIdleConnections();
  });
  if (engine.state() === 'draining') response.setHeader('connection', 'close');
  try {
    await runRoute(engine, exchange, path);
  } catch (thrown) {
    answerError(toEngineError(thrown), path, exchange, response);
  } finally {
    exchange.close();
  }
}

async function runRoute(engine: Engine, exchange: Exchange, path: string): Promise<void> {
  const methods = Object.hasOwn(routeTable, path) ? routeTable[path] : undefined;
  if (methods === undefined) {
    const paths = Object.keys(routeTable).join(', ');
    throw new EngineError('NOT_FOUND', `no route is called ${path}; there are ${paths}`);
  }
  const method = exchange.request.method ?? 'GET';
  const route = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (route === undefined) {
    const allowed = Object.keys(methods).join(', ');
    throw new EngineError('METHOD_NOT_ALLOWED', `${path} must be called with ${allowed}; received ${method}`);
  }
  if (route.kind === 'status') {
    route.run(engine, exchange);
    return;
  }
  const model = requireModel(engine);
  if (route.task !== null && route.task !== model.plan.task) {
    throw new EngineError(
      'TASK_MISMATCH',
      `${path} needs a model for ${route.task}; this one does ${model.plan.task}`,
    );
  }
  await route.run(engine, model, exchange);
}

function answerError(error: EngineError, path: string, exchange: Exchange, response: ServerResponse): void {
  if (response.headersSent || response.destroyed) return;
  if (error.retryAfterSeconds !== null) response.setHeader('retry-after', error.retryAfterSeconds);
  if (error.code === 'METHOD_NOT_ALLOWED') {
    response.setHeader('allow', Object.keys(routeTable[path] ?? {}).join(', '));
  }
  if (error.code === 'CODING_UNSUPPORTED') response.setHeader('accept-encoding', acceptedCodings);
  // The rest of a body that is not wanted is read and dropped, so that the caller sees the answer.
  exchange.request.resume();
  exchange.json(error.status, error.toBody());
}
