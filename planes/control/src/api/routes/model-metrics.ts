import { modelMetricsBody } from '@beeline/core/contract';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { loadObservations } from '../../store/observed.ts';
import { type MetricsWindow, sumExecutions } from '../../store/records/execution-metrics.ts';
import type { ApiContext } from '../api-context.ts';
import { describeRoute, environmentQuery, periodQuery } from '../describe-route.ts';
import { queryWindow, refuseQuery } from '../http/read-query.ts';
import { buildMetricsWindow, latencyBoundsMs, renderModelMetrics } from '../render/render-model-metrics.ts';
import { requireDeployment } from '../require-deployment.ts';

const dayMs = 24 * 3_600_000;
/** Executions are not kept for longer. */
const longestMs = 31 * dayMs;

function readWindow(query: unknown, nowMs: number): MetricsWindow {
  const wanted = queryWindow(query, nowMs);
  const endMs = wanted.endMs ?? nowMs;
  const startMs = wanted.startMs ?? endMs - dayMs;
  const received = `${new Date(startMs).toISOString()} to ${new Date(endMs).toISOString()}`;
  if (startMs >= endMs) refuseQuery('start', { rule: 'must be before end', received });
  if (endMs - startMs > longestMs)
    refuseQuery('start', { rule: 'must be at most 31 days before end', received });
  return buildMetricsWindow(startMs, endMs);
}

/** `GET /models/{model}/metrics`: summed up from the execution records of one deployment. */
export function addModelMetricsRoute(app: FastifyInstance, context: ApiContext): void {
  const when = (description: string) => Type.Optional(Type.String({ format: 'date-time', description }));
  const schema = describeRoute({
    tag: 'models',
    summary: 'Measure a deployment: requests, codes, latency, tokens, cold starts, replicas',
    query: {
      ...environmentQuery,
      start: when('24 hours before the end when absent; at most 31 days before it'),
      end: when('Now when absent'),
      period: periodQuery,
    },
    answer: modelMetricsBody,
    errors: [400, 404],
  });
  const options = { config: { permission: 'models:get' }, schema } as const;
  app.get<{ Params: { readonly model: string } }>('/models/:model/metrics', options, async (request) => {
    const { queries } = context.store;
    const deployment = await requireDeployment(context, request, request.params.model);
    const window = readWindow(request.query, context.clock.now());
    const sums = await sumExecutions(queries, deployment, window, latencyBoundsMs);
    const observed = (await loadObservations(queries, [deployment.id])).get(deployment.id) ?? [];
    return renderModelMetrics(
      sums,
      window,
      observed.map(({ state }) => state),
    );
  });
}
