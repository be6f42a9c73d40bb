import { formatDuration } from '@beeline/core/base';
import type { ModelMetricsBody } from '@beeline/core/contract';
import type { Model } from '@beeline/core/resources';
import type { Column } from './columns.ts';

/** One deployment with what was measured of it in the window. */
export interface TopRow {
  readonly model: Model;
  readonly metrics: ModelMetricsBody;
}

const none = '-';

function numberText(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toFixed(value >= 10 ? 1 : 2)));
}

const latency = (header: string, of: (metrics: ModelMetricsBody) => number): Column<TopRow> => ({
  header,
  text: ({ metrics }) => (metrics.requestTotal === 0 ? none : formatDuration(of(metrics))),
});

/** The columns of `bl top`; rates and latencies are of the window, replicas and queue of now. */
export const topColumns: readonly Column<TopRow>[] = [
  { header: 'NAME', text: ({ model }) => model.metadata.name },
  { header: 'ENVIRONMENT', text: ({ model }) => model.metadata.environment },
  { header: 'STATUS', text: ({ model }) => model.status },
  {
    header: 'REPLICAS',
    text: ({ metrics: { now } }) =>
      `${now.replicas.ready}${now.replicas.starting === 0 ? '' : ` (+${now.replicas.starting})`}`,
  },
  { header: 'IN FLIGHT', text: ({ metrics }) => String(metrics.now.inFlight) },
  { header: 'QUEUE', text: ({ metrics }) => String(metrics.now.waiting) },
  { header: 'REQ/S', text: ({ metrics }) => numberText(metrics.rps) },
  { header: 'ERRORS', text: ({ metrics }) => String(metrics.errorTotal) },
  latency('P50', ({ latency: { globalStats } }) => globalStats.p50),
  latency('P90', ({ latency: { globalStats } }) => globalStats.p90),
  latency('P99', ({ latency: { globalStats } }) => globalStats.p99),
  { header: 'COLD STARTS', text: ({ metrics }) => String(metrics.coldStarts.replicas) },
  { header: 'TOKENS/S', text: ({ metrics }) => numberText(metrics.tokenRate.tokenRate) },
];

/** The busiest deployments first; of equals by name. */
export function sortTopRows(rows: readonly TopRow[]): readonly TopRow[] {
  const nameOf = ({ model }: TopRow) => `${model.metadata.name} ${model.metadata.environment}`;
  return rows.toSorted((a, b) => b.metrics.rps - a.metrics.rps || nameOf(a).localeCompare(nameOf(b)));
}
