import { type Config, settings } from '@beeline/core/service';

/** What an operator can set of a gateway. */
export const gatewaySettings = {
  maxExchanges: settings.integer({
    description: 'Requests at once that the gateway works on; more are refused with 503',
    default: '10000',
    min: 1,
    max: 1_000_000,
  }),
  maxRequestHeaders: settings.integer({
    description: 'Header lines that a request may have; more are refused with 400',
    default: '200',
    min: 16,
    max: 10_000,
  }),
  maxRequestBody: settings.bytes({
    description: 'Longest request body; longer ones are refused with 413. 0B is no limit',
    default: '0B',
    example: '100MiB',
  }),
  connectTimeout: settings.durationMs({
    description: 'How long a connection to a replica may take',
    default: '5s',
  }),
  firstByteTimeout: settings.durationMs({
    description: 'How long a model may take from having the whole request to its first byte. 0 is no limit',
    default: '5m',
  }),
  idleTimeout: settings.durationMs({
    description: 'How long an exchange may stand still, in both directions. 0 is no limit',
    default: '5m',
  }),
  drainTimeout: settings.durationMs({
    description: 'How long requests may take to finish when the gateway stops',
    default: '30s',
  }),
  trustForwarded: settings.flag({
    description: 'Keep the X-Forwarded-* headers of callers: only behind a proxy of yours',
    default: 'false',
  }),
  usageBuffer: settings.bytes({
    description: 'Disk space for execution records that wait for control; beyond it the oldest are dropped',
    default: '64MiB',
  }),
  usageInterval: settings.durationMs({
    description: 'How often execution records go to control',
    default: '1s',
  }),
} as const;

export type GatewayConfig = Config<typeof gatewaySettings>;
