import { join } from 'node:path';
import { type Logger, systemClock } from '@beeline/core/base';
import { createFeedClient } from '@beeline/core/contract';
import {
  addProcessMetrics,
  answerScrape,
  createMetrics,
  type ListenAddress,
  listen,
  type RunningProcess,
  reportRefusedItems,
  requireInternalToken,
} from '@beeline/core/service';
import manifest from '../package.json' with { type: 'json' };
import type { LocationProcessConfig } from './config.ts';
import { createLocation, type LocationOptions } from './create-location.ts';
import { serveIngress } from './ingress/serve-ingress.ts';

/** What this machine has; models run on its processors only. */
const hostFlavor = { name: process.arch === 'x64' ? 'x86' : process.arch, type: 'cpu' } as const;

const connectMs = 5_000;

function addressOf({ host, port, socket }: LocationProcessConfig): ListenAddress {
  return socket === null ? { host, port } : { socketPath: socket };
}

/**
 * A location in a process of its own, with the ingress that gateways send requests to. When it stops, requests that
 * run finish first and replicas go on without it for the adoption window, so that a restart costs no loaded model.
 * @throws BeelineError PORT_TAKEN, INVALID_CONFIGURATION, DATA_DIRECTORY_UNUSABLE, DRIVER_UNAVAILABLE
 */
export async function runLocation(
  config: LocationProcessConfig,
  logger: Logger,
  parts: Pick<LocationOptions, 'runtimes'> = {},
): Promise<RunningProcess> {
  const token = requireInternalToken(config.internalToken);
  const { name, controlUrl } = config;
  const metrics = createMetrics();
  const endMeasuring = addProcessMetrics(metrics, { version: manifest.version });
  const location = await createLocation({
    ...parts,
    metrics,
    name,
    directory: join(config.dataDir, 'location'),
    feeds: createFeedClient({
      controlUrl,
      token,
      name,
      onRefused: reportRefusedItems('location', metrics, logger),
    }),
    flavors: [hostFlavor],
    config,
    clock: systemClock,
    logger,
  });
  const policy = { token: config.metricsToken, trustLoopback: false };
  const ingress = serveIngress({
    port: location.port,
    token,
    clock: systemClock,
    logger,
    connectMs,
    answerMetrics: (request, response) => answerScrape(request, response, metrics, policy),
  });
  const close = async () => {
    await ingress.close(config.drainTimeout);
    await location.close({ keepReplicas: config.adoptionWindow > 0 });
    endMeasuring();
  };
  try {
    return { url: await listen(ingress.server, addressOf(config)), close };
  } catch (error) {
    await location.close({ keepReplicas: true });
    endMeasuring();
    throw error;
  }
}
