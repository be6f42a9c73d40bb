import { type Metrics, secondsBuckets } from '@beeline/core/service';
import type { FastifyInstance } from 'fastify';
import type { FeedName } from './store/database/tables.ts';

/** What control counts as it happens; times in milliseconds. */
export interface ControlMetrics {
  request(method: string, route: string, status: number, tookMs: number): void;
  reconciled(ok: boolean, tookMs: number): void;
  /** A feed reached a version. */
  published(feed: FeedName, version: number): void;
}

/** Adds what a control plane tells. */
export function createControlMetrics(metrics: Metrics, nowMs: () => number): ControlMetrics {
  const requests = metrics.counter({
    name: 'beeline_control_requests_total',
    help: 'Requests to the API and to the feeds that were answered, by route and status',
    labels: ['method', 'route', 'code'],
  });
  const durations = metrics.histogram(
    {
      name: 'beeline_control_request_seconds',
      help: 'How long an answer of the API took; feeds that are pulled wait for news on purpose',
      labels: ['method', 'route'],
    },
    secondsBuckets,
  );
  const reconciles = metrics.counter({
    name: 'beeline_control_reconciles_total',
    help: 'Looks of the loop at a deployment, by result: ok, failed',
    labels: ['result'],
  });
  const reconcileSeconds = metrics
    .histogram(
      {
        name: 'beeline_control_reconcile_seconds',
        help: 'How long a look of the loop at a deployment took',
        labels: [],
      },
      secondsBuckets,
    )
    .cell();
  const feeds = new Map<FeedName, { readonly version: number; readonly atMs: number }>();
  metrics.sampled(
    {
      name: 'beeline_control_feed_version',
      help: 'Version of each feed, as far as this process knows',
      type: 'gauge',
      labels: ['feed'],
    },
    (report) => {
      for (const [feed, { version }] of feeds) report(version, feed);
    },
  );
  metrics.sampled(
    {
      name: 'beeline_control_feed_age_seconds',
      help: 'Since each feed last changed, as far as this process knows',
      type: 'gauge',
      labels: ['feed'],
    },
    (report) => {
      for (const [feed, { atMs }] of feeds) report((nowMs() - atMs) / 1_000, feed);
    },
  );
  return {
    request(method, route, status, tookMs) {
      requests.cell(method, route, String(status)).value += 1;
      durations.cell(method, route).observe(tookMs / 1_000);
    },
    reconciled(ok, tookMs) {
      reconciles.cell(ok ? 'ok' : 'failed').value += 1;
      reconcileSeconds.observe(tookMs / 1_000);
    },
    published(feed, version) {
      feeds.set(feed, { version, atMs: nowMs() });
    },
  };
}

/** Counts every answer of the server; a path that no route has is one label for all. */
export function countRequests(app: FastifyInstance, metrics: ControlMetrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? '(none)';
    const method = route === '(none)' ? '(any)' : request.method;
    metrics.request(method, route, reply.statusCode, reply.elapsedTime);
  });
}
