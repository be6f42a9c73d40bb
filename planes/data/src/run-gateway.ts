import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createBoundedCount, type Logger, sleep, systemClock } from '@beeline/core/base';
import { createFeedClient } from '@beeline/core/contract';
import {
  addProcessMetrics,
  createMetrics,
  listen,
  makeDataDirectory,
  type RunningProcess,
  reportRefusedItems,
  requireInternalToken,
} from '@beeline/core/service';
import manifest from '../package.json' with { type: 'json' };
import { closeGateway } from './close-gateway.ts';
import type { GatewayProcessConfig } from './config.ts';
import { connectLocations } from './locations/connect-locations.ts';
import { serveGateway } from './serve-gateway.ts';
import { createGateway } from './server.ts';
import { chooseWorkers } from './workers/choose-workers.ts';
import { runWorkers, type WorkersOptions } from './workers/run-workers.ts';

/**
 * A gateway in a process of its own, with one thread or several (`workers`). When it stops, it first says so for the
 * announce period (`/readyz` answers 503, every answer closes its connection) while it goes on answering, so that
 * load balancers turn to another gateway; then it stops listening and lets the requests that run finish.
 * @throws BeelineError PORT_TAKEN, INVALID_CONFIGURATION, DATA_DIRECTORY_UNUSABLE
 */
export async function runGateway(config: GatewayProcessConfig, logger: Logger): Promise<RunningProcess> {
  const token = requireInternalToken(config.internalToken);
  const directory = join(config.dataDir, 'gateway');
  makeDataDirectory(directory);
  const machine = { platform: process.platform, processors: availableParallelism() };
  const workers = chooseWorkers(config.workers, machine);
  const options = { config, token, directory, logger, version: manifest.version };
  return workers === 1 ? runAlone(options) : runWorkers({ ...options, workers });
}

/** The gateway in this very thread. */
async function runAlone(options: Omit<WorkersOptions, 'workers'>): Promise<RunningProcess> {
  const { config, directory, logger, token, version } = options;
  const { name, controlUrl } = config;
  const clock = systemClock;
  const metrics = createMetrics();
  const endMeasuring = addProcessMetrics(metrics, { version });
  const gateway = await createGateway({
    metrics,
    name,
    directory,
    feeds: createFeedClient({
      controlUrl,
      token,
      name,
      onRefused: reportRefusedItems('gateway', metrics, logger),
    }),
    locations: connectLocations(config, token, clock),
    clock,
    logger,
    config,
  });
  const connections = createBoundedCount(config.maxConnections);
  const listener = serveGateway({
    gateway,
    config,
    clock,
    metrics,
    exposition: metrics,
    connections,
  });
  const close = async () => {
    gateway.announceClose();
    await sleep(clock, config.announcePeriod);
    await closeGateway(listener, gateway, clock);
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
