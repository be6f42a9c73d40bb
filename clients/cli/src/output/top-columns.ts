import { formatDuration } from '@beeline/core/base';
import type { ModelMetricsBody } from '@beeline/core/contract';
import type { Model } from '@beeline/core/resources';
import type { Colour } from '../terminal/show.ts';
import type { Column } from './columns.ts';

/** One deployment with what was measured of it in the window. */
export interface TopRow {
  readonly model: Model;
  readonly metrics: ModelMetricsBody;
}

/** A column of `bl top`. */
export interface TopColumn extends Column<TopRow> {
  /** A number, to be read one below the other. */
  readonly number?: true;
  /** Left out on a narrow terminal, those with the lowest number first; never when absent. */
  readonly leaves?: number;
  /** What deserves attention. */
  colour?(row: TopRow): Colour | undefined;
}

const none = '-';

/** Requests and tokens per second as people read them. */
export function rateText(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toFixed(value >= 10 ? 1 : 2)));
}

function answersBetween(metrics: ModelMetricsBody, from: number, to: number): number {
  return Object.entries(metrics.requestTotalPerCode)
    .filter(([code]) => Number(code) >= from && Number(code) <= to)
    .reduce((sum, [, count]) => sum + count, 0);
}

const latency = (
  header: string,
  of: (metrics: ModelMetricsBody) => number,
  leaves: { readonly leaves?: number } = {},
): TopColumn => ({
  header,
  number: true,
  ...leaves,
  text: ({ metrics }) => (metrics.requestTotal === 0 ? none : formatDuration(of(metrics))),
});

const failed = ({ model }: TopRow) => (model.status === 'FAILED' ? 'red' : undefined);

/** The columns of `bl top`; rates, answers and latencies are of the window, replicas and queue of now. */
export const topColumns: readonly TopColumn[] = [
  { header: 'NAME', text: ({ model }) => model.metadata.name, colour: failed },
  { header: 'ENVIRONMENT', leaves: 6, text: ({ model }) => model.metadata.environment },
  { header: 'STATUS', leaves: 5, text: ({ model }) => model.status, colour: failed },
  {
    header: 'REPLICAS',
    number: true,
    text: ({ metrics: { now } }) =>
      `${now.replicas.ready}${now.replicas.starting === 0 ? '' : ` (+${now.replicas.starting})`}`,
  },
  { header: 'IN FLIGHT', number: true, text: ({ metrics }) => String(metrics.now.inFlight) },
  {
    header: 'QUEUE',
    number: true,
    text: ({ metrics }) => String(metrics.now.waiting),
    colour: ({ metrics }) => (metrics.now.waiting > 0 ? 'yellow' : undefined),
  },
  { header: 'REQ/S', number: true, text: ({ metrics }) => rateText(metrics.rps) },
  {
    header: '4XX',
    number: true,
    leaves: 4,
    text: ({ metrics }) => String(answersBetween(metrics, 400, 499)),
  },
  {
    header: '5XX',
    number: true,
    text: ({ metrics }) => String(metrics.errorTotal),
    colour: ({ metrics }) => (metrics.errorTotal > 0 ? 'red' : undefined),
  },
  latency('P50', ({ latency: { globalStats } }) => globalStats.p50),
  latency('P90', ({ latency: { globalStats } }) => globalStats.p90, { leaves: 1 }),
  latency('P99', ({ latency: { globalStats } }) => globalStats.p99),
  {
    header: 'COLD STARTS',
    number: true,
    leaves: 2,
    text: ({ metrics }) => String(metrics.coldStarts.replicas),
  },
  {
    header: 'TOKENS/S',
    number: true,
    leaves: 3,
    text: ({ metrics }) => rateText(metrics.tokenRate.tokenRate),
  },
];

/** The busiest deployments first; of equals by name. */
export function sortTopRows(rows: readonly TopRow[]): readonly TopRow[] {
  const nameOf = ({ model }: TopRow) => `${model.metadata.name} ${model.metadata.environment}`;
  return rows.toSorted((a, b) => b.metrics.rps - a.metrics.rps || nameOf(a).localeCompare(nameOf(b)));
}
