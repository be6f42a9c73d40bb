import { type Config, compileConfig, logLevels, settings } from '@beeline/core/service';

/** Settings of a location. */
export const locationSettings = {
  queueLimit: settings.integer({
    description: 'Requests that may wait for one revision; more are refused with QUEUE_FULL',
    default: '1000',
    min: 0,
    max: 1_000_000,
  }),
  queueDeadline: settings.durationMs({
    description: 'How long a request waits for a replica before it is refused with REPLICA_TIMEOUT',
    default: '100s',
  }),
  replicaLimit: settings.integer({
    description: 'Replicas that all deployments may have together, shared fairly; 0 sets no limit',
    default: '0',
    min: 0,
    max: 10_000,
  }),
  replicaDrainTimeout: settings.durationMs({
    description:
      'How long a replica that is no longer wanted may go on with requests it has; a deployment may set its own',
    default: '5m',
  }),
  adoptionWindow: settings.durationMs({
    description:
      'How long replicas outlive a location that crashed, waiting for its restart; 0 ends them at once',
    default: '30s',
  }),
  livenessInterval: settings.durationMs({
    description:
      'How often a ready replica that finished no request meanwhile is asked whether it still answers; 0 never asks',
    default: '10s',
  }),
  livenessTimeout: settings.durationMs({
    description: 'How long a replica may take to answer that',
    default: '5s',
  }),
  livenessFailures: settings.integer({
    description:
      'After so many times without an answer, and without working on a request, a replica is replaced',
    default: '3',
    min: 1,
    max: 1_000,
  }),
  livenessBusyTimeout: settings.durationMs({
    description:
      'How long a replica may answer nothing while it works on requests: a server with one thread does until it is done',
    default: '10m',
  }),
  preforkedEngines: settings.integer({
    description:
      'Model servers of each kind in use that wait, started and paused, for the next model to wake: each shortens one cold start and costs about 140 MB',
    default: '0',
    min: 0,
    max: 64,
  }),
  startBackoffMax: settings.durationMs({
    description: 'Longest pause between two attempts to start a replica that keeps failing',
    default: '30s',
  }),
  originRoots: settings.paths({
    description:
      'Directories that models of everybody may come from, with commas between them, or none; absent, the directory that this was started in. Models that the owner of the platform applies may come from others, too',
    default: null,
    example: '/srv/models,/mnt/models',
  }),
  artifactMaxFiles: settings.integer({
    description: 'Files that a model may have',
    default: '10000',
    min: 1,
    max: 1_000_000,
  }),
  artifactMaxSize: settings.bytes({
    description: 'Size that the files of a model may have together',
    default: '512GiB',
  }),
  artifactStallTimeout: settings.durationMs({
    description:
      'How long the copy of a model may get nowhere, because a disk or a network mount does not answer; 0 waits for ever',
    default: '5m',
  }),
} as const;

export type LocationConfig = Config<typeof locationSettings>;

export const defaultLocationConfig: LocationConfig = compileConfig(locationSettings, { env: {} });

/** Settings of a location that runs in a process of its own. */
export const locationProcessSettings = {
  name: settings.text({ description: 'Name of this location, as control knows it', default: 'local' }),
  host: settings.text({ description: 'Address to listen on', default: '127.0.0.1' }),
  port: settings.integer({
    description: 'Port to listen on; 0 takes a free one',
    default: '8790',
    min: 0,
    max: 65_535,
  }),
  socket: settings.text({
    description: 'Unix socket to listen on in place of host and port, for gateways on the same machine',
    default: null,
    example: '/run/beeline/location.sock',
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
  dataDir: settings.path({
    description: 'Directory for what it keeps',
    default: '.beeline/location-process',
  }),
  logLevel: settings.choice({
    description: 'Least severe line that is logged',
    default: 'info',
    choices: logLevels,
  }),
  drainTimeout: settings.durationMs({
    description:
      'How long requests may take to finish when the location stops; new ones wait at the gateways',
    default: '30s',
  }),
  ...locationSettings,
} as const;

export type LocationProcessConfig = Config<typeof locationProcessSettings>;
