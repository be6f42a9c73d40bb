import { type Config, logLevels, settings } from '@beeline/core/service';

/** What an operator can set of a gateway. */
export const gatewaySettings = {
  maxExchanges: settings.integer({
    description: 'Requests at once that the gateway works on; more are refused with 503',
    default: '10000',
    min: 1,
    max: 1_000_000,
  }),
  maxConnections: settings.integer({
    description: 'Connections of callers at once; more are refused with 503',
    default: '20000',
    min: 1,
    max: 1_000_000,
  }),
  requestHeadTimeout: settings.durationMs({
    description: 'How long a caller may take to send the head of a request',
    default: '30s',
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
  minBodyRate: settings.bytes({
    description:
      'Bytes per second, over a minute, that a caller has to send of a body that is waited for; slower ones are refused with 400. 0B is no limit',
    default: '100B',
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
  via: settings.tokenOrOff({
    description:
      'How the gateway calls itself in Via headers, to models and to callers; off adds none, and requests that go in a circle are not noticed',
    default: 'beeline',
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

/** Settings of a gateway that runs in a process of its own. */
export const gatewayProcessSettings = {
  name: settings.text({
    description: 'Name of this gateway; control knows each one by it',
    default: 'gateway',
  }),
  host: settings.text({ description: 'Address to listen on', default: '127.0.0.1' }),
  port: settings.integer({
    description: 'Port to listen on; 0 takes a free one',
    default: '8787',
    min: 0,
    max: 65_535,
  }),
  workers: settings.integerOrAuto({
    description:
      'Threads that serve requests, each with an event loop of its own; auto is one for each processor, at most 8',
    default: 'auto',
    min: 1,
    max: 256,
  }),
  locations: settings.text({
    description:
      'Where the ingress of each location listens: name=http://host:port or name=unix:/path, by commas',
    default: 'local=http://127.0.0.1:8790',
  }),
  locationWait: settings.durationMs({
    description: 'How long requests are held while their location takes none, as when it restarts',
    default: '30s',
  }),
  announcePeriod: settings.durationMs({
    description:
      'How long a stopping gateway still answers while /readyz says 503; more than two health checks of the load balancer',
    default: '5s',
  }),
  controlUrl: settings.text({
    description: 'Address of control, without a path',
    default: 'http://127.0.0.1:8788',
  }),
  internalToken: settings.secret({
    description: 'Shared with control, gateways and locations; at least 16 characters',
    default: null,
    example: 'the output of: openssl rand -hex 32',
  }),
  metricsToken: settings.secret({
    description: 'Token that GET /metrics takes; without one nobody may read metrics',
    default: null,
    example: 'the output of: openssl rand -hex 32',
  }),
  dataDir: settings.path({ description: 'Directory for what it keeps', default: '.beeline/gateway-process' }),
  logLevel: settings.choice({
    description: 'Least severe line that is logged',
    default: 'info',
    choices: logLevels,
  }),
  ...gatewaySettings,
} as const;

export type GatewayProcessConfig = Config<typeof gatewayProcessSettings>;
