import { type ErrorCode, Secret } from '@beeline/core/base';
import type { MetricPicture } from '@beeline/core/service';
import type { GatewayProcessConfig } from '../config.ts';
import type { UsageBatch } from '../usage/usage-spool.ts';

/** Secrets lose their guard between threads, so they travel apart and get it back on arrival. */
type PlainConfig = Omit<GatewayProcessConfig, 'internalToken' | 'metricsToken'>;

/** What a worker starts from. */
export interface WorkerStartMessage {
  /** From 1 on; a worker that takes the place of another has its number. */
  readonly worker: number;
  readonly config: PlainConfig;
  readonly internalToken: string;
  readonly metricsToken: string | null;
  /** The shared counts of the whole gateway. */
  readonly exchanges: SharedArrayBuffer;
  readonly connections: SharedArrayBuffer;
  /** A RoutesMessage as JSON, or null while there never was one. */
  readonly routes: string | null;
}

/** From the main thread to a worker. */
export type ToWorkerMessage =
  /** A newer RoutesMessage, as JSON: half as dear for the worker to read as the object would be. */
  | { readonly kind: 'routes'; readonly routes: string }
  /** The gateway is about to stop: see `Gateway.announceClose`. */
  | { readonly kind: 'leave' }
  | { readonly kind: 'close' }
  /** Answer with `pictures`. */
  | { readonly kind: 'read-metrics'; readonly id: number }
  /** The answer to the oldest `scrape` that has none. */
  | { readonly kind: 'exposition'; readonly text: string };

/** From a worker to the main thread. */
export type FromWorkerMessage =
  | { readonly kind: 'listening'; readonly url: string }
  /** It could not start, and ends. */
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string }
  /** Execution records; the memory of the batch goes over with it. */
  | { readonly kind: 'records'; readonly batch: UsageBatch }
  | { readonly kind: 'pictures'; readonly id: number; readonly pictures: readonly MetricPicture[] }
  /** Somebody asked this worker for the metrics of the gateway. */
  | { readonly kind: 'scrape' }
  /** It serves from the routes of this version, or newer ones. */
  | { readonly kind: 'routes-taken'; readonly version: number }
  /** Drained, and every record handed over. */
  | { readonly kind: 'closed' };

/** Packs a configuration whose internal token was found to be there. */
export function packConfig(
  config: GatewayProcessConfig,
  internalToken: Secret,
): Pick<WorkerStartMessage, 'config' | 'internalToken' | 'metricsToken'> {
  const { internalToken: _packedApart, metricsToken, ...plain } = config;
  return {
    config: plain,
    internalToken: internalToken.reveal(),
    metricsToken: metricsToken?.reveal() ?? null,
  };
}

/** The configuration as it was packed, and the internal token. */
export function unpackConfig(start: WorkerStartMessage): {
  readonly config: GatewayProcessConfig;
  readonly token: Secret;
} {
  const token = new Secret(start.internalToken);
  const metricsToken = start.metricsToken === null ? null : new Secret(start.metricsToken);
  return { config: { ...start.config, internalToken: token, metricsToken }, token };
}
