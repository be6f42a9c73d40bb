import {
  asBeelineError,
  type BoundedCount,
  type Clock,
  createBoundedCount,
  type Logger,
  newId,
  RunningList,
} from '@beeline/core/base';
import type { FeedClient, LocationPort } from '@beeline/core/contract';
import { type CallerRequest, createUpstreamPool } from '@beeline/core/relay';
import { createMetrics, type Metrics } from '@beeline/core/service';
import type { GatewayConfig } from './config.ts';
import { gatewayStopping } from './errors.ts';
import { createGatewayMetrics } from './gateway-metrics.ts';
import type { GatewayParts, RunningForward } from './gateway-parts.ts';
import { runPipeline } from './pipeline.ts';
import { refuseRequest } from './refuse-request.ts';
import { createVia } from './stages/via.ts';
import { type ControlLink, openControlLink } from './sync/open-control-link.ts';
import { watchKeys } from './watch-keys.ts';

/** For what was cut at the end of the drain timeout to come to its end. */
const cutGraceMs = 1_000;

interface RequestWayOptions {
  readonly locations: readonly LocationPort[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: GatewayConfig;
}

export interface GatewayOptions extends RequestWayOptions {
  /** Names this gateway to control. */
  readonly name: string;
  readonly feeds: FeedClient;
  /** Where it keeps its routes and the execution records that control has not got yet. */
  readonly directory: string;
  /** Where it counts; its own when absent. */
  readonly metrics?: Metrics;
}

export interface LinkedGatewayOptions extends RequestWayOptions {
  /** Closed with the gateway. */
  readonly link: ControlLink;
  /** Requests that are being worked on, bounded by `maxExchanges`; others may take part in the count. */
  readonly exchanges: BoundedCount;
  readonly metrics: Metrics;
}

/** The way in for requests; the listener that it is put behind belongs to the caller. */
export interface Gateway {
  handle(request: CallerRequest): void;
  /** It has routes and takes requests. */
  ready(): boolean;
  /** Requests that are being worked on, waiting ones included. */
  readonly exchanges: number;
  /** Goes on answering, and tells every caller to use another connection. `ready` is false from then on. */
  announceClose(): void;
  /**
   * Refuses new requests, lets the running ones finish within the drain timeout, cuts the rest, delivers or saves the
   * execution records. Close the listener afterwards, or at the same time.
   */
  close(): Promise<void>;
}

/** Opens a gateway on what its directory holds; it answers from there even when control is away. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const metrics = options.metrics ?? createMetrics();
  const logger = options.logger.child({ gateway: options.name });
  const link = await openControlLink({ ...options, logger, metrics });
  const exchanges = createBoundedCount(options.config.maxExchanges);
  return createLinkedGateway({ ...options, logger, metrics, link, exchanges });
}

/** A gateway on a link to control. */
export function createLinkedGateway(options: LinkedGatewayOptions): Gateway {
  const { clock, config, exchanges, link, logger } = options;
  const pool = createUpstreamPool({
    clock,
    firstByteMs: config.firstByteTimeout,
    idleMs: config.idleTimeout,
    connectMs: config.connectTimeout,
  });
  const running = new RunningList<RunningForward>();
  let leaving = false;
  let stopping = false;
  let onIdle: (() => void) | null = null;

  const metrics = createGatewayMetrics(options.metrics, { inFlight: () => running.size });
  const keyWatch = watchKeys({ tables: link.tables, running, clock, logger });

  const parts: GatewayParts = {
    config,
    clock,
    logger,
    tables: link.tables,
    ports: new Map(options.locations.map((port) => [port.location, port])),
    pool,
    load: {
      get stopping() {
        return stopping;
      },
      get leaving() {
        return leaving;
      },
    },
    via: createVia(config.via),
    exchanges,
    running,
    usage: link.usage,
    metrics,
    random: Math.random,
    onExchangeEnded() {
      if (running.size === 0) onIdle?.();
    },
  };

  function handle(caller: CallerRequest): void {
    try {
      runPipeline(caller, parts);
    } catch (thrown) {
      const error = asBeelineError(thrown);
      const id = newId('exe');
      logger.error({ execution: id, detail: error.detail }, 'a stage of the gateway failed');
      refuseRequest(caller, error, 'gateway', { requestId: id, executionId: id }, clock.now());
    }
  }

  function untilIdle(limitMs: number): Promise<void> {
    if (running.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = clock.setTimer(limitMs, resolve);
      onIdle = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Waits for the requests that run; what is left then is refused or cut, and still leaves its record. */
  async function drain(): Promise<void> {
    await untilIdle(config.drainTimeout);
    if (running.size > 0) {
      logger.warn({ exchanges: running.size }, 'requests were cut because they did not finish in time');
    }
    for (const forwarding of running.all()) forwarding.giveUp(gatewayStopping(), 'go on');
    pool.close();
    await untilIdle(cutGraceMs);
  }

  let closed: Promise<void> | null = null;
  async function close(): Promise<void> {
    leaving = true;
    stopping = true;
    await drain();
    await keyWatch.close();
    await link.close();
  }

  return {
    handle,
    ready: () => link.tables.current !== null && !leaving,
    get exchanges() {
      return exchanges.taken;
    },
    announceClose() {
      leaving = true;
    },
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}
