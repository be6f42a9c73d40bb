import type { MessagePort } from 'node:worker_threads';
import { asBeelineError, openSharedCount, systemClock } from '@beeline/core/base';
import { addThreadMetrics, createLogger, createMetrics, listen } from '@beeline/core/service';
import { closeGateway } from '../close-gateway.ts';
import { connectLocations } from '../locations/connect-locations.ts';
import { serveGateway } from '../serve-gateway.ts';
import { createLinkedGateway } from '../server.ts';
import { openThreadLink } from './open-thread-link.ts';
import {
  type FromWorkerMessage,
  type ToWorkerMessage,
  unpackConfig,
  type WorkerStartMessage,
} from './worker-messages.ts';

/** Serves requests in this thread, on the port that all workers of the gateway share. */
export async function runWorker(port: MessagePort, start: WorkerStartMessage): Promise<void> {
  const { config, token } = unpackConfig(start);
  const clock = systemClock;
  const send = (message: FromWorkerMessage) =>
    port.postMessage(message, message.kind === 'records' ? [message.batch.message.buffer] : []);
  const logger = createLogger({ process: 'gateway', level: config.logLevel }).child({
    gateway: config.name,
    worker: start.worker,
  });
  const metrics = createMetrics();
  const endMeasuring = addThreadMetrics(metrics, `worker-${start.worker}`);
  const link = openThreadLink({
    gateway: config.name,
    routes: start.routes,
    handOverMs: config.usageInterval,
    clock,
    send,
  });
  const gateway = createLinkedGateway({
    link,
    exchanges: openSharedCount(start.exchanges, config.maxExchanges, start.worker),
    locations: connectLocations(config, token, clock),
    metrics,
    clock,
    logger,
    config,
  });
  /** Scrapes that wait for the main thread, in the order they were asked. */
  const scrapes: ((text: string) => void)[] = [];
  const listener = serveGateway({
    gateway,
    config,
    clock,
    metrics,
    connections: openSharedCount(start.connections, config.maxConnections, start.worker),
    exposition: {
      render: () =>
        new Promise((resolve) => {
          scrapes.push(resolve);
          send({ kind: 'scrape' });
        }),
    },
  });

  async function close(): Promise<void> {
    await closeGateway(listener, gateway, clock);
    endMeasuring();
    send({ kind: 'closed' });
  }

  port.on('message', (message: ToWorkerMessage) => {
    if (message.kind === 'routes') {
      link.replaceRoutes(message.routes);
      send({ kind: 'routes-taken', version: link.tables.current?.version ?? 0 });
    } else if (message.kind === 'leave') gateway.announceClose();
    else if (message.kind === 'read-metrics') {
      send({ kind: 'pictures', id: message.id, pictures: metrics.pictures() });
    } else if (message.kind === 'exposition') scrapes.shift()?.(message.text);
    else void close();
  });

  try {
    const url = await listen(listener.server, { host: config.host, port: config.port, reusePort: true });
    send({ kind: 'listening', url });
  } catch (thrown) {
    const { code, message } = asBeelineError(thrown);
    send({ kind: 'failed', code, message });
  }
}
