import { join } from 'node:path';
import type { Clock, Logger } from '@beeline/core/base';
import type { FeedClient, RoutesMessage } from '@beeline/core/contract';
import type { Metrics } from '@beeline/core/service';
import type { GatewayConfig } from '../config.ts';
import type { GatewayTables } from '../tables/create-tables.ts';
import { openTables } from '../tables/open-tables.ts';
import { openUsageBuffer, type UsageBuffer } from '../usage/open-usage-buffer.ts';
import { runPullRoutesLoop } from './pull-routes.ts';
import { pushLastExecutions, runPushExecutionsLoop } from './push-executions.ts';

/** What a gateway knows from control, and what it tells it. */
export interface ControlLink {
  readonly tables: GatewayTables;
  /** Execution records on their way to control. */
  readonly usage: Pick<UsageBuffer, 'add'>;
  /** Delivers or saves the records; call it when no more come. */
  close(): Promise<void>;
}

/** A link that does it itself. */
export interface OwnControlLink extends ControlLink {
  readonly usage: Pick<UsageBuffer, 'add' | 'addBatch'>;
}

export interface ControlLinkOptions {
  /** Names this gateway to control. */
  readonly name: string;
  readonly feeds: FeedClient;
  /** Where it keeps its routes and the execution records that control has not got yet. */
  readonly directory: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: Pick<GatewayConfig, 'usageBuffer' | 'usageInterval'>;
  readonly metrics: Metrics;
  /** Hears of the routes that were saved, and of all newer ones; they count as taken when it resolves. */
  readonly onRoutes?: (message: RoutesMessage) => void | Promise<void>;
}

function addLinkMetrics(metrics: Metrics, read: { dropped(): number; version(): number }): void {
  metrics.sampled(
    {
      name: 'beeline_gateway_usage_records_dropped_total',
      help: 'Execution records that were lost because neither control nor memory nor disk took them; see usageBuffer',
      type: 'counter',
      labels: [],
    },
    (report) => report(read.dropped()),
  );
  metrics.sampled(
    {
      name: 'beeline_gateway_routes_version',
      help: 'Version of the routes that the gateway serves from; 0 before the first',
      type: 'gauge',
      labels: [],
    },
    (report) => report(read.version()),
  );
}

/** Opens the link on what its directory holds: routes are there even when control is away. */
export async function openControlLink(options: ControlLinkOptions): Promise<OwnControlLink> {
  const { clock, config, directory, feeds, logger } = options;
  const tables = await openTables(join(directory, 'routes.json'), logger, options.onRoutes);
  const usage = await openUsageBuffer({
    gateway: options.name,
    directory: join(directory, 'usage'),
    maxBytes: config.usageBuffer,
    logger,
  });
  addLinkMetrics(options.metrics, {
    dropped: () => usage.dropped,
    version: () => tables.current?.version ?? 0,
  });
  const routesLoop = runPullRoutesLoop({ feeds, tables, clock, logger });
  const pushing = { feeds, usage, clock, logger, intervalMs: config.usageInterval };
  const usageLoop = runPushExecutionsLoop(pushing);
  return {
    tables,
    usage,
    async close() {
      await routesLoop.close();
      await usageLoop.close();
      await pushLastExecutions(pushing);
      await usage.close();
    },
  };
}
