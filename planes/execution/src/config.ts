import { type Config, compileConfig, settings } from '@beeline/core/service';

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
  replicaDrainTimeout: settings.durationMs({
    description: 'How long a replica that is no longer wanted may go on with requests it has',
    default: '5m',
  }),
  adoptionWindow: settings.durationMs({
    description:
      'How long replicas outlive a location that crashed, waiting for its restart; 0 ends them at once',
    default: '30s',
  }),
  startBackoffMax: settings.durationMs({
    description: 'Longest pause between two attempts to start a replica that keeps failing',
    default: '30s',
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
} as const;

export type LocationConfig = Config<typeof locationSettings>;

export const defaultLocationConfig: LocationConfig = compileConfig(locationSettings, { env: {} });
