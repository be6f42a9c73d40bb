import { homedir } from 'node:os';
import { join } from 'node:path';
import {
  asBeelineError,
  BeelineError,
  type Clock,
  type Logger,
  sleep,
  systemClock,
} from '@beeline/core/base';
import type {
  AssignmentsMessage,
  FeedClient,
  LocationPort,
  LogLineMessage,
  ObservedMessage,
} from '@beeline/core/contract';
import { chooseOriginRoots, systemDirectories } from '@beeline/core/model-files';
import type { Flavor } from '@beeline/core/resources';
import { createMetrics, type Metrics, makeDataDirectory, startLoop } from '@beeline/core/service';
import type { Driver, DriverEvent } from '@beeline/drivers/interface';
import type { Runtime } from '@beeline/runtime-interface';
import { openArtifactCache } from './artifacts/artifact-cache.ts';
import { defaultLocationConfig, type LocationConfig } from './config.ts';
import { createAssignmentWait } from './ingress/await-assignment.ts';
import { describeProgress } from './ingress/describe-progress.ts';
import { revisionNotHere } from './ingress/ingress-errors.ts';
import { adoptReplicas } from './instances/adopt-replicas.ts';
import { createAssignmentTable } from './instances/assignment-table.ts';
import { drainReplica, loseReplica } from './instances/end-replica.ts';
import { openEnginePool } from './instances/engine-pool.ts';
import { probeReplicas } from './instances/liveness/probe-replicas.ts';
import type { LocationContext } from './instances/location-context.ts';
import { createSecretMask } from './instances/mask-secrets.ts';
import { reconcileRevision } from './instances/reconcile-revision.ts';
import { isLive, isOnTheWay } from './instances/replica.ts';
import { buildLogLine } from './instances/replica-log.ts';
import { describeRevision, type ServedRevision } from './instances/served-revision.ts';
import { createLocationMetrics } from './location-metrics.ts';
import { createDecisionRing, type ScaleDecision } from './scale/decision-ring.ts';
import { sampleRevisionUsage } from './scale/sample-revision-usage.ts';
import { openScaleFile } from './scale/scale-file.ts';
import { openStandardDrivers } from './standard-drivers.ts';
import { standardRuntimes } from './standard-runtimes.ts';
import { openAssignmentFile } from './sync/assignment-file.ts';
import { openBoxKey } from './sync/open-box-key.ts';
import { startPullingAssignments } from './sync/pull-assignments.ts';
import { startPushingLogs } from './sync/push-logs.ts';
import { startReportingObserved } from './sync/report-observed.ts';

export interface LocationOptions {
  readonly name: string;
  /** Its own, kept between runs. */
  readonly directory: string;
  readonly feeds: FeedClient;
  readonly logger: Logger;
  readonly flavors: readonly Flavor[];
  readonly clock?: Clock;
  readonly config?: Partial<LocationConfig>;
  /** Where it counts; its own when absent. */
  readonly metrics?: Metrics;
  /** Files and directories of the platform beside its own: no model comes from there. */
  readonly ownFiles?: readonly string[];
  /** By generation; the location closes them. The standard ones when absent. */
  readonly drivers?: Readonly<Record<string, Driver>>;
  /** By engine; the standard ones when absent. */
  readonly runtimes?: Readonly<Record<string, Runtime>>;
}

export interface Location {
  readonly port: LocationPort;
  /** What control is told. */
  observe(): ObservedMessage;
  /** The last decisions about numbers of replicas that changed one, oldest first. */
  decisions(): readonly ScaleDecision[];
  /**
   * Takes no more requests, lets replicas finish those they have, ends them and tells control.
   * `keepReplicas` leaves them running for the next location on the same directory, for as long as the adoption
   * window lasts.
   */
  close(options?: { readonly keepReplicas?: boolean }): Promise<void>;
}

/** How often demand is sampled and every revision looked at, in milliseconds. */
const tickMs = 500;
const saveScaleMs = 5_000;
const sampleUsageMs = 1_000;
const closePollMs = 20;
/** How much later than a gateway a location may hear of a new deployment, in milliseconds. */
const assignmentWaitMs = 3_000;

/** Starts a location on a directory: it serves what it was assigned last, with or without control. */
export async function createLocation(options: LocationOptions): Promise<Location> {
  const { name, directory, feeds, logger } = options;
  const clock = options.clock ?? systemClock;
  const config: LocationConfig = { ...defaultLocationConfig, ...options.config };
  makeDataDirectory(directory);
  const boxKey = openBoxKey(directory, logger);
  const secrets = createSecretMask(boxKey);
  const assignmentFile = openAssignmentFile(directory, logger);
  const saved = await assignmentFile.load();
  const scaleFile = await openScaleFile(directory, clock, logger);
  const artifacts = await openArtifactCache({
    directory: join(directory, 'artifacts'),
    limits: { maxFiles: config.artifactMaxFiles, maxBytes: config.artifactMaxSize },
    rules: {
      roots: config.originRoots ?? chooseOriginRoots(process.cwd(), homedir()),
      forbidden: [...systemDirectories, directory, ...(options.ownFiles ?? [])],
    },
    logger,
    stall: { ms: config.artifactStallTimeout, clock },
  });
  const drivers =
    options.drivers ??
    openStandardDrivers({ directory, clock, logger, adoptionWindowMs: config.adoptionWindow });

  let closing = false;
  /** Nothing is started before it is known what runs already. */
  let adopting = true;
  const touched = new Set<ServedRevision>();
  const logs = startPushingLogs({ location: name, feeds, clock, logger });
  const runtimes = options.runtimes ?? standardRuntimes;
  const pool = openEnginePool({
    ...{ location: name, drivers, runtimes, clock, logger },
    keep: config.preforkedEngines,
    emptyDirectory: join(directory, 'no-model'),
    maxBackoffMs: config.startBackoffMax,
  });
  const context: LocationContext = {
    pool,
    launch: {
      location: name,
      artifacts,
      drivers,
      runtimes,
      codeCacheDirectory: join(directory, 'code-cache'),
      monotonicMs: () => clock.monotonicMs(),
      now: () => clock.now(),
      boxKey,
    },
    config,
    clock,
    logger,
    decisions: createDecisionRing(),
    recall: scaleFile.recall,
    revisions: () => table.revisions.values(),
    metrics: createLocationMetrics(options.metrics ?? createMetrics(), {
      revisions: () => table.revisions.values(),
      artifacts: artifacts.counts,
    }),
    touch(revision) {
      if (touched.size === 0) queueMicrotask(lookAtTouched);
      touched.add(revision);
    },
    changed: () => reporter.changed(),
    secrets,
    log: (line: LogLineMessage) => logs.add(line),
    say: (revision, replica, text) =>
      logs.add(buildLogLine(revision.assignment, replica, { at: clock.now(), source: 'platform', text })),
  };
  const table = createAssignmentTable(context);
  const observe = (): ObservedMessage => ({
    location: name,
    assignmentsVersion: table.version,
    flavors: options.flavors,
    generations: Object.keys(drivers),
    revisions: [...table.revisions.values()].filter(({ withdrawn }) => !withdrawn).map(describeRevision),
  });
  const reporter = startReportingObserved({ feeds, clock, logger, build: observe });

  function lookAtTouched(): void {
    const revisions = [...touched];
    touched.clear();
    if (closing || adopting) return;
    for (const revision of revisions) look(revision);
  }
  function look(revision: ServedRevision): void {
    reconcileRevision(context, revision);
    if (!revision.withdrawn || revision.replicas.size > 0 || revision.pool.inFlight > 0) return;
    table.forget(revision);
    evictUnused();
  }
  function evictUnused(): void {
    const keep = () => new Set([...table.revisions.values()].flatMap((one) => one.artifactDigest ?? []));
    artifacts.evict(keep).then(
      (bytes) => logger.debug({ bytes }, 'removed files that no revision needs'),
      (thrown) => logger.error({ detail: asBeelineError(thrown).detail }, 'could not remove unused files'),
    );
  }
  function onDriverEvent(event: DriverEvent): void {
    for (const revision of table.revisions.values()) {
      const replica = revision.replicas.get(event.id);
      if (replica === undefined) continue;
      if (event.type === 'log') {
        const text = secrets.mask(revision.assignment, event.line.text);
        logs.add(buildLogLine(revision.assignment, event.id, { ...event.line, text }));
      } else loseReplica(context, revision, replica, event.type === 'lost' ? event.reason : event.exit);
      return;
    }
    if (event.type !== 'log') pool.lose(event.id);
  }
  function tendPool(): void {
    const wanted = [...table.revisions.values()].filter(({ withdrawn }) => !withdrawn);
    const starts = wanted.some(({ replicas }) => [...replicas.values()].some(isOnTheWay));
    pool.tend(
      wanted.map(({ assignment }) => assignment),
      starts,
    );
  }

  for (const driver of Object.values(drivers)) driver.subscribe(onDriverEvent);
  if (saved !== null) table.apply(saved);
  for (const driver of Object.values(drivers)) await adoptReplicas(context, table, driver);
  adopting = false;
  const assignmentWait = createAssignmentWait(clock, assignmentWaitMs);
  const apply = (message: AssignmentsMessage) => {
    table.apply(message);
    assignmentWait.arrived((revision) => table.revisions.has(revision));
  };
  const pulling = startPullingAssignments({
    ...{ file: assignmentFile, feeds, clock, logger, apply },
    sealFor: boxKey.publicKey,
  });
  const ticking = startLoop({
    name: 'look at revisions',
    clock,
    logger,
    pauseMs: tickMs,
    async lap() {
      for (const revision of table.revisions.values()) look(revision);
      tendPool();
    },
  });

  const saveScale = () => scaleFile.save(table.revisions.values());
  const sampling = startLoop({
    name: 'sample usage',
    clock,
    logger,
    pauseMs: sampleUsageMs,
    async lap() {
      await Promise.all([...table.revisions.values()].map((one) => sampleRevisionUsage(context, one)));
    },
  });
  const saving = startLoop({ name: 'save scaling', clock, logger, pauseMs: saveScaleMs, lap: saveScale });
  const probing =
    config.livenessInterval === 0
      ? null
      : startLoop({
          ...{ name: 'probe replicas', clock, logger, pauseMs: config.livenessInterval },
          lap: () => probeReplicas(context),
        });

  async function drainAll(): Promise<void> {
    for (const revision of table.revisions.values()) {
      for (const replica of revision.replicas.values()) {
        if (isLive(replica)) drainReplica(context, revision, replica, 'the location is stopping');
      }
    }
    const left = () => [...table.revisions.values()].some((revision) => revision.replicas.size > 0);
    while (left()) await sleep(clock, closePollMs);
  }

  const port: LocationPort = {
    location: name,
    acquire(request) {
      if (closing) {
        throw new BeelineError('SHUTTING_DOWN', { message: `location ${name} is stopping; try again` });
      }
      const revision = table.revisions.get(request.revision);
      if (revision !== undefined) return revision.pool.acquire(request);
      return assignmentWait.hold(request).then(() => {
        const assigned = table.revisions.get(request.revision);
        if (assigned !== undefined && !closing) return assigned.pool.acquire(request);
        throw revisionNotHere(name, request.revision);
      });
    },
    progress(revision) {
      const served = table.revisions.get(revision);
      return describeProgress(served?.replicas.values() ?? [], served?.startMs ?? null);
    },
  };

  return {
    port,
    observe,
    decisions: context.decisions.list,
    async close(closeOptions = {}) {
      if (closing) return;
      closing = true;
      await Promise.all([
        pulling.close(),
        ticking.close(),
        sampling.close(),
        saving.close(),
        probing?.close(),
      ]);
      await pool.close();
      await saveScale();
      const stopping = new BeelineError('SHUTTING_DOWN', {
        message: `location ${name} is stopping; try again`,
      });
      for (const revision of table.revisions.values()) revision.pool.refuseWaiting(stopping);
      if (closeOptions.keepReplicas !== true) await drainAll();
      await reporter.close();
      await logs.close();
      for (const driver of Object.values(drivers)) await driver.close();
      artifacts.close();
    },
  };
}
