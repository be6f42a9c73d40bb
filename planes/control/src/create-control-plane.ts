import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, Logger, Secret } from '@beeline/core/base';
import type { OnRefused } from '@beeline/core/contract';
import { type OriginPathRules, systemDirectories } from '@beeline/core/model-files';
import { builtInEnvironments } from '@beeline/core/resources';
import { createMetrics, type Metrics, reportRefusedItems } from '@beeline/core/service';
import type { FastifyInstance } from 'fastify';
import { addPublicApi } from './api/add-public-api.ts';
import type { ApiContext } from './api/api-context.ts';
import { buildServer } from './api/http/build-server.ts';
import { createTurns } from './api/lists/take-turns.ts';
import { publishOpenapi } from './api/publish-openapi.ts';
import { addHealthRoutes } from './api/routes/health.ts';
import { waitUntilRouted, waitUntilTaken } from './api/write/wait-until-routed.ts';
import { type ControlMetrics, countRequests, createControlMetrics } from './control-metrics.ts';
import { addFeedRoutes } from './feeds/add-feed-routes.ts';
import { startPruneLoop } from './reconcile/start-prune-loop.ts';
import { startReconcileLoop } from './reconcile/start-reconcile-loop.ts';
import { createAssignmentSealer } from './secrets/seal-assignments.ts';
import type { SecretKeys } from './secrets/secret-keys.ts';
import { loadFeedVersions } from './store/changes.ts';
import { describeLocation, type LocationDescription } from './store/locations.ts';
import { queueDeployments } from './store/models.ts';
import type { Store } from './store/open-store.ts';
import { ensureWorkspace } from './store/workspaces.ts';

export interface ControlPlaneOptions {
  /** Stays open when the control plane closes. */
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly secretKeys: SecretKeys;
  /** Shared with gateways and locations. */
  readonly internalToken: Secret;
  /** Where inference requests go, as callers write it: `http://127.0.0.1:8787`. */
  readonly publicUrl: string;
  /** Which directories models may come from; without it, locations alone judge that. */
  readonly originRules?: OriginPathRules;
  /** A location that gets its assignments even before it has joined; null when all of them join by themselves. */
  readonly localLocation: LocationDescription | null;
  /** Where it counts; its own when absent. */
  readonly metrics?: Metrics;
}

/** The control plane without a port of its own: whoever has one hands it requests. */
export interface ControlPlane {
  /** Serves `/v0`, `/internal/v1`, `/healthz` and `/readyz`. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Answers waiting pulls, ends the loops; requests that run are finished first. */
  close(): Promise<void>;
}

async function prepareStore(options: ControlPlaneOptions): Promise<void> {
  const { store, localLocation, clock } = options;
  await ensureWorkspace(store, 'default', builtInEnvironments, clock.now());
  if (localLocation === null) return;
  await store.write(async (tx) => {
    const isNew = await describeLocation(tx.queries, localLocation);
    if (!isNew) return;
    await queueDeployments(tx.queries, 'all');
    await tx.bump('deployments');
  });
}

/** Every route of control, without a port. */
export async function buildControlServer(
  options: ControlPlaneOptions,
  closing: AbortSignal,
  metrics: ControlMetrics,
  onRefused: OnRefused,
  waits: Pick<ApiContext, 'whenRouted' | 'whenTaken'>,
): Promise<FastifyInstance> {
  const { store, clock, logger, internalToken, secretKeys } = options;
  const app = buildServer(logger);
  countRequests(app, metrics);
  await publishOpenapi(app);
  addHealthRoutes(app, { store, clock, closing });
  const sealer = createAssignmentSealer(secretKeys, logger);
  await app.register((scope) =>
    addFeedRoutes(scope, { store, clock, internalToken, sealer, closing, onRefused }),
  );
  const { originRules = { roots: null, forbidden: systemDirectories } } = options;
  const publicUrl = options.publicUrl.replace(/\/+$/, '');
  const turns = createTurns();
  const api: ApiContext = { store, clock, logger, secretKeys, publicUrl, originRules, turns, ...waits };
  await app.register((scope) => addPublicApi(scope, api), { prefix: '/v0' });
  await app.ready();
  return app;
}

const feedNames = ['routes', 'assignments', 'deployments'] as const;

/** Lets the metrics know the versions of the feeds; the returned function ends that. */
async function watchFeeds(store: Store, metrics: ControlMetrics): Promise<() => void> {
  for (const { feed, version } of await loadFeedVersions(store.queries)) metrics.published(feed, version);
  const stops = feedNames.map((feed) =>
    store.signals.listen(feed, (version) => metrics.published(feed, version)),
  );
  return () => {
    for (const stop of stops) stop();
  };
}

/** Starts the control plane over an open store; it is ready when this resolves. */
export async function createControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { store, clock, logger } = options;
  await prepareStore(options);
  const closing = new AbortController();
  const counted = options.metrics ?? createMetrics();
  const metrics = createControlMetrics(counted, () => clock.now());
  const onRefused = reportRefusedItems('control', counted, logger);
  const stopWatching = await watchFeeds(store, metrics);
  const app = await buildControlServer(options, closing.signal, metrics, onRefused, {
    whenRouted: (row) => waitUntilRouted(store, clock, row),
    whenTaken: () => waitUntilTaken(store, clock),
  });
  const loops = [
    startReconcileLoop({ store, clock, logger, metrics, listeningSinceMs: clock.now() }),
    startPruneLoop(options),
  ];
  return {
    handle: (request, response) => app.routing(request, response),
    async close() {
      closing.abort();
      stopWatching();
      await app.close();
      await Promise.all(loops.map((loop) => loop.close()));
    },
  };
}
