import { join } from 'node:path';
import { type Logger, sleep, systemClock } from '@beeline/core/base';
import { createFeedClient } from '@beeline/core/contract';
import { type ForeignServer, foreignServer } from '@beeline/core/relay';
import {
  addProcessMetrics,
  answerScrape,
  createMetrics,
  listen,
  type Metrics,
  makeDataDirectory,
  type RunningProcess,
  requireInternalToken,
  sendJson,
} from '@beeline/core/service';
import manifest from '../package.json' with { type: 'json' };
import type { GatewayProcessConfig } from './config.ts';
import { listenForGateway } from './listen-for-gateway.ts';
import { parseLocations } from './locations/parse-locations.ts';
import { createRemoteLocation } from './locations/remote-location.ts';
import { createGateway, type Gateway } from './server.ts';

/** No workspace can be called so. */
const ownPaths: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/** What the process tells about itself, on the port of the gateway. */
function answerAboutItself(gateway: Gateway, config: GatewayProcessConfig, metrics: Metrics): ForeignServer {
  const policy = { token: config.metricsToken, trustLoopback: false };
  return foreignServer(
    (head) => ownPaths.has(head.target),
    (request, response) => {
      if (request.url === '/metrics') answerScrape(request, response, metrics, policy);
      else {
        const ok = request.url === '/healthz' || gateway.ready();
        sendJson(response, ok ? 200 : 503, { ready: gateway.ready(), exchanges: gateway.exchanges });
      }
    },
  );
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
  const directory = join(config.dataDir, 'gateway');
  makeDataDirectory(directory);
  const metrics = createMetrics();
  const endMeasuring = addProcessMetrics(metrics, { version: manifest.version });
  const gateway = await createGateway({
    metrics,
    name,
    directory,
    feeds: createFeedClient({ controlUrl, token, name }),
    locations: parseLocations(config.locations).map((address) =>
      createRemoteLocation({ ...address, token, clock, holdMs }),
    ),
    clock,
    logger,
    config,
  });
  const about = answerAboutItself(gateway, config, metrics);
  const listener = listenForGateway(gateway, config, clock, about, metrics);
  const close = async () => {
    gateway.announceClose();
    await sleep(clock, config.announcePeriod);
    const closed = listener.close();
    await gateway.close();
    listener.cut();
    await closed;
    endMeasuring();
  };
  try {
    return { url: await listen(listener.server, { host: config.host, port: config.port }), close };
  } catch (error) {
    await gateway.close();
    endMeasuring();
    throw error;
  }
}
