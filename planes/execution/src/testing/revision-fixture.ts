import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BeelineError, type Logger, silentLogger } from '@beeline/core/base';
import type { Lease, ObservedRevision, RevisionAssignment } from '@beeline/core/contract';
import { createMetrics } from '@beeline/core/service';
import { createFakeClock, type FakeClock, waitFor } from '@beeline/core/testing';
import type { Runtime } from '@beeline/runtime-interface';
import { defaultLocationConfig, type LocationConfig } from '../config.ts';
import { type AssignmentTable, createAssignmentTable } from '../instances/assignment-table.ts';
import { openEnginePool } from '../instances/engine-pool.ts';
import type { LaunchContext } from '../instances/launch-replica.ts';
import type { LocationContext } from '../instances/location-context.ts';
import { createSecretMask } from '../instances/mask-secrets.ts';
import { reconcileRevision } from '../instances/reconcile-revision.ts';
import { describeRevision, type ServedRevision } from '../instances/served-revision.ts';
import { createLocationMetrics } from '../location-metrics.ts';
import { createDecisionRing } from '../scale/decision-ring.ts';
import { nothingRecalled, type RecalledScale } from '../scale/scale-state.ts';
import { createFakeDriver, type FakeDriver } from './fake-driver.ts';
import { createFakeRuntime } from './fake-runtime.ts';
import { buildAssignment } from './location-fixture.ts';
import { makeTestBoxKey } from './make-test-box-key.ts';

/** A request, what became of it, and the error that it was cut with. */
export interface TestRequest {
  lease: Lease | null;
  refusal: unknown;
  cut: BeelineError | null;
  /** It ends; a second call does nothing. */
  release(): void;
}

/** One revision of a location on a clock that the test moves: nothing happens between two lines of the test. */
export interface RevisionFixture {
  readonly clock: FakeClock;
  readonly context: LocationContext;
  readonly driver: FakeDriver;
  readonly table: AssignmentTable;
  readonly revision: ServedRevision;
  /** Lines that the location wrote about its replicas. */
  readonly said: string[];
  /** Messages that it logged, whatever their level. */
  readonly logged: string[];
  /** What control was told of the revision, each time that something had changed. */
  readonly told: ObservedRevision[];
  /** What the location shows of its metrics. */
  scrape(): string;
  /** Called with each message that is logged, in the middle of what is being done. */
  onLog(listener: (message: string) => void): void;
  /** Assigns the revision anew. */
  assign(scaling?: Partial<RevisionAssignment['scaling']>, changes?: Partial<RevisionAssignment>): void;
  /** A look at the revision, as the location has one every half second. */
  look(): void;
  /** Sends a request; `endsWhenCut` lets it go when the location takes its slot back. */
  ask(endsWhenCut?: boolean): TestRequest;
  /** Waits until the request has a replica; gives the replica's id. */
  served(request: TestRequest): Promise<string>;
  close(): Promise<void>;
}

/** `recalled`: what scaling knows from before; `launch`: what replicas are started with in place of fakes that work. */
export async function openRevisionFixture(
  options: {
    readonly recalled?: (clock: FakeClock) => RecalledScale;
    readonly config?: Partial<LocationConfig>;
    readonly launch?: Partial<LaunchContext>;
  } = {},
): Promise<RevisionFixture> {
  const directory = await mkdtemp(join(tmpdir(), 'bl-revision-'));
  const clock = createFakeClock();
  const driver = createFakeDriver();
  const said: string[] = [];
  const logged: string[] = [];
  const told: ObservedRevision[] = [];
  const metrics = createMetrics();
  let hear: (message: string) => void = () => {};
  const tell = (_fields: object, message: string) => {
    logged.push(message);
    hear(message);
  };
  const logger: Logger = { ...silentLogger, info: tell, warn: tell, error: tell };
  const artifact = { digest: 'sha256:0', directory, release() {} };
  const runtime: Runtime = {
    ...createFakeRuntime(),
    inspectModel: async () => ({ ok: true, task: 'x', dtype: 'y', reasons: [] }),
  };
  const counts = () => ({ files: 0, bytes: 0, hits: 0, misses: 0, failures: 0, damaged: 0 });
  const parts = { location: 'here', drivers: { process: driver }, runtimes: { fake: runtime } };
  const boxKey = makeTestBoxKey();
  const context: LocationContext = {
    launch: {
      ...parts,
      artifacts: { fetch: async () => artifact, evict: async () => 0, counts, close() {} },
      codeCacheDirectory: directory,
      monotonicMs: () => clock.monotonicMs(),
      now: () => clock.now(),
      boxKey,
      ...options.launch,
    },
    pool: openEnginePool({
      ...{ ...parts, keep: 0, emptyDirectory: directory, maxBackoffMs: 1_000 },
      ...{ clock, logger },
    }),
    config: { ...defaultLocationConfig, ...options.config },
    clock,
    logger,
    metrics: createLocationMetrics(metrics, {
      revisions: () => table.revisions.values(),
      artifacts: counts,
    }),
    decisions: createDecisionRing(),
    recall: () => options.recalled?.(clock) ?? nothingRecalled,
    revisions: () => table.revisions.values(),
    touch: (touched) => queueMicrotask(() => reconcileRevision(context, touched)),
    secrets: createSecretMask(boxKey),
    changed: () => told.push(...[...table.revisions.values()].map(describeRevision)),
    log() {},
    say(_revision, _replica, text) {
      said.push(text);
      hear(text);
    },
  };
  const table = createAssignmentTable(context);
  const requests: TestRequest[] = [];
  let version = 0;
  const assign: RevisionFixture['assign'] = (scaling = {}, changes = {}) => {
    version += 1;
    table.apply({ version, location: 'here', revisions: [buildAssignment('/m', changes, scaling)] });
  };
  assign();
  const revision = table.revisions.get('rev1');
  if (revision === undefined) throw new Error('the revision was not taken');

  return {
    ...{ clock, context, driver, table, revision, said, logged, told, assign },
    scrape: () => metrics.render(),
    onLog(listener) {
      hear = listener;
    },
    look: () => reconcileRevision(context, revision),
    ask(endsWhenCut = true) {
      let over = false;
      const request: TestRequest = {
        ...{ lease: null, refusal: null, cut: null },
        release() {
          if (!over) request.lease?.release('served');
          over = true;
        },
      };
      requests.push(request);
      const take = (lease: Lease) => {
        request.lease = lease;
        if (over) lease.release('served');
      };
      const asked = revision.pool.acquire({
        revision: 'rev1',
        executionId: 'exe_1',
        signal: new AbortController().signal,
        cut(error) {
          request.cut = error;
          if (endsWhenCut) request.release();
        },
      });
      if ('then' in asked) {
        asked.then(take, (error: unknown) => {
          request.refusal = error;
        });
      } else take(asked);
      return request;
    },
    served: (request) =>
      waitFor('the request to be served', () => {
        if (request.refusal !== null) throw request.refusal;
        return request.lease?.replica;
      }),
    async close() {
      hear = () => {};
      for (const request of requests) request.release();
      table.apply({ version: version + 1, location: 'here', revisions: [] });
      await waitFor('the end of all replicas', () => {
        reconcileRevision(context, revision);
        driver.finishStops();
        return revision.replicas.size === 0;
      });
      await rm(directory, { recursive: true, force: true });
    },
  };
}
