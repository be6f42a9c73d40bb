import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { type Logger, sleep, systemClock } from '@beeline/core/base';
import { createFeedClient } from '@beeline/core/contract';
import {
  addProcessMetrics,
  answerScrape,
  createMetrics,
  listen,
  type Metrics,
  type RunningProcess,
  requireInternalToken,
  sendJson,
} from '@beeline/core/service';
import manifest from '../package.json' with { type: 'json' };
import type { GatewayProcessConfig } from './config.ts';
import { parseLocations } from './locations/parse-locations.ts';
import { createRemoteLocation } from './locations/remote-location.ts';
import { createGateway, type Gateway } from './server.ts';
import { applyServerLimits, gatewayServerOptions } from './server-limits.ts';

/** No workspace can be called so. */
const healthPaths: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

function answerHealth(gateway: Gateway, request: IncomingMessage, response: ServerResponse): boolean {
  const { url = '' } = request;
  if (!healthPaths.has(url)) return false;
  const ok = url === '/healthz' || gateway.ready();
  sendJson(response, ok ? 200 : 503, { ready: gateway.ready(), exchanges: gateway.exchanges });
  return true;
}

function serveGateway(gateway: Gateway, config: GatewayProcessConfig, metrics: Metrics): Server {
  const policy = { token: config.metricsToken, trustLoopback: false };
  const server = createServer(gatewayServerOptions, (request, response) => {
    if (request.url === '/metrics') answerScrape(request, response, metrics, policy);
    else if (!answerHealth(gateway, request, response)) gateway.handle(request, response);
  });
  server.on('checkContinue', (request, response) => gateway.handle(request, response, true));
  server.on('upgrade', (request, socket, head) => gateway.handleUpgrade(request, socket as Socket, head));
  applyServerLimits(server, config);
  return server;
}

/**
 * A gateway in a process of its own. When it stops, it first says so for the announce period (`/readyz` answers 503,
 * every answer closes its connection) while it goes on answering, so that load balancers turn to another gateway;
 * then it stops listening and lets the requests that run finish.
 * @throws BeelineError PORT_TAKEN, INVALID_CONFIGURATION, DATA_DIRECTORY_UNUSABLE
 */
export async function runGateway(config: GatewayProcessConfig, logger: Logger): Promise<RunningProcess> {
  const token = requireInternalToken(config.internalToken);
  const { name, controlUrl, locationWait: holdMs } = config;
  const clock = systemClock;
  const metrics = createMetrics();
  const endMeasuring = addProcessMetrics(metrics, { version: manifest.version });
  const gateway = await createGateway({
    metrics,
    name,
    directory: join(config.dataDir, 'gateway'),
    feeds: createFeedClient({ controlUrl, token, name }),
    locations: parseLocations(config.locations).map((address) =>
      createRemoteLocation({ ...address, token, clock, holdMs }),
    ),
    clock,
    logger,
    config,
  });
  const server = serveGateway(gateway, config, metrics);
  const close = async () => {
    gateway.announceClose();
    await sleep(clock, config.announcePeriod);
    const closed = new Promise((resolve) => server.close(resolve));
    await gateway.close();
    server.closeAllConnections();
    await closed;
    endMeasuring();
  };
  try {
    return { url: await listen(server, { host: config.host, port: config.port }), close };
  } catch (error) {
    await gateway.close();
    endMeasuring();
    throw error;
  }
}
