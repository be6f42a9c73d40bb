import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@beeline/core/base';
import type { Lease, RevisionAssignment } from '@beeline/core/contract';
import { askInstance } from '@beeline/drivers/testing';
import type { LocationConfig } from '../config.ts';
import { createLocation, type Location } from '../create-location.ts';
import { createFakeFeeds, type FakeFeeds } from './fake-feeds.ts';
import { createFakeRuntime } from './fake-runtime.ts';

export interface LocationFixture {
  readonly directory: string;
  readonly feeds: FakeFeeds;
  /** The location that runs now. */
  readonly location: Location;
  /** Directory of the model `name`, whose server behaves like this. */
  writeModel(name: string, behaviour?: object): Promise<string>;
  /** Starts a location on the same directory, in place of the one before. */
  restart(config?: Partial<LocationConfig>): Promise<void>;
  acquire(revision: string, signal?: AbortSignal): Promise<Lease>;
  /** Sends one request through the location, as a gateway does. */
  ask(
    revision: string,
    path?: string,
  ): Promise<{ status: number; body: Record<string, unknown>; lease: Lease }>;
  close(): Promise<void>;
}

export async function openLocationFixture(
  config: Partial<LocationConfig> = {},
  waiting: object = {},
): Promise<LocationFixture> {
  const directory = await mkdtemp(join(tmpdir(), 'bl-location-'));
  const feeds = createFakeFeeds('here');
  const open = (changes: Partial<LocationConfig>) =>
    createLocation({
      name: 'here',
      directory: join(directory, 'location'),
      feeds,
      logger: silentLogger,
      flavors: [{ name: 'x86', type: 'cpu' }],
      runtimes: { fake: createFakeRuntime(undefined, waiting) },
      config: { replicaDrainTimeout: 5_000, originRoots: [join(directory, 'models')], ...config, ...changes },
    });
  let location = await open({});
  const acquire = async (revision: string, signal = new AbortController().signal) =>
    location.port.acquire({ revision, executionId: 'ex_test', signal });
  return {
    directory,
    feeds,
    get location() {
      return location;
    },
    async writeModel(name, behaviour = {}) {
      const path = join(directory, 'models', name);
      await mkdir(path, { recursive: true });
      await writeFile(join(path, 'behaviour.json'), JSON.stringify(behaviour));
      return path;
    },
    async restart(changes = {}) {
      location = await open(changes);
    },
    acquire,
    async ask(revision, path = '/') {
      const lease = await acquire(revision);
      try {
        return { ...(await askInstance(lease.target, path)), lease };
      } finally {
        lease.release('served');
      }
    },
    async close() {
      await location.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** An assignment that serves and keeps replicas for a long time, unless changed. */
export function buildAssignment(
  path: string,
  changes: Partial<RevisionAssignment> = {},
  scaling: Partial<RevisionAssignment['scaling']> = {},
): RevisionAssignment {
  return {
    revision: 'rev1',
    number: 1,
    workspace: 'default',
    model: 'model',
    environment: 'production',
    purpose: 'serve',
    proof: 'done',
    template: {
      origin: { kind: 'directory', path },
      runtime: { engine: 'fake', task: null, dtype: null, envs: {}, startTimeoutMs: 20_000 },
      generation: 'process',
    },
    artifactDigest: null,
    scaling: {
      minReplicas: 0,
      maxReplicas: 4,
      metric: 'concurrency',
      target: 2,
      scaleUpMinimum: 1,
      stableWindowMs: 60_000,
      scaleDownDelayMs: 0,
      retentionMs: 60_000,
      ...scaling,
    },
    drainTimeoutMs: null,
    ...changes,
  };
}
