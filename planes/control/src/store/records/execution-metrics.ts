import { type RawBuilder, sql } from 'kysely';
import type { DeploymentKey } from '../models.ts';
import type { Queries } from '../open-store.ts';

/** A stretch of time that is summed up, in slots of the same length; milliseconds. */
export interface MetricsWindow {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** Latencies in milliseconds. */
export interface LatencyRow {
  readonly average: number;
  /** The 50th, 90th and 99th percentile. */
  readonly percentiles: readonly number[];
}

/** The executions of one deployment in a window, summed up. */
export interface ExecutionSums {
  /** Of one status, or of all when it is null. */
  readonly perStatus: readonly (LatencyRow & { readonly status: number | null; readonly count: number })[];
  readonly perOrigin: readonly {
    readonly source: string;
    readonly status: number;
    readonly count: number;
  }[];
  /** `bucket` counts the bounds that a latency reached. */
  readonly buckets: readonly { readonly status: number; readonly bucket: number; readonly count: number }[];
  readonly slots: readonly (LatencyRow & { readonly slot: number; readonly count: number })[];
  readonly tokens: { readonly input: number; readonly output: number; readonly requests: number };
  readonly coldStarts: { readonly replicas: number; readonly requests: number; readonly wait: LatencyRow };
}

/** The latency of an execution, as the caller saw it. */
const totalMs = sql`(record->'timings'->>'totalMs')::float8`;
const startWaitMs = sql`((record->'timings'->>'startMs')::float8 + (record->'timings'->>'loadMs')::float8)`;
const status = sql`(record->>'status')::int`;

/** Average and percentiles; zeros of nothing. */
const latencies = (value: RawBuilder<unknown>) => sql`
  coalesce(avg(${value}), 0)::float8 as average,
  coalesce(percentile_cont(array[0.5, 0.9, 0.99]) within group (order by ${value}), array[0, 0, 0]) as percentiles`;

/** Sums up inside the database: what comes back is bounded by statuses, buckets and slots, not by requests. */
export async function sumExecutions(
  queries: Queries,
  key: DeploymentKey,
  window: MetricsWindow,
  boundsMs: readonly number[],
): Promise<ExecutionSums> {
  const { startMs, endMs, stepMs } = window;
  const chosen = sql`
    executions
    where workspace = ${key.workspace} and model = ${key.model} and environment = ${key.environment}
      and started_at >= ${startMs} and started_at < ${endMs}`;
  const rowsOf = async <Row>(query: RawBuilder<Row>) => (await query.execute(queries)).rows;
  const bounds = sql.join(boundsMs.map((bound) => sql.lit(bound)));

  const perStatus = await rowsOf(sql<ExecutionSums['perStatus'][number]>`
    select ${status} as status, count(*)::int as count, ${latencies(totalMs)}
    from ${chosen} group by grouping sets ((), (1))`);
  const perOrigin = await rowsOf(sql<ExecutionSums['perOrigin'][number]>`
    select record->>'source' as source, ${status} as status, count(*)::int as count
    from ${chosen} group by 1, 2 order by 1, 2`);
  const buckets = await rowsOf(sql<ExecutionSums['buckets'][number]>`
    select ${status} as status, width_bucket(${totalMs}, array[${bounds}]::float8[]) as bucket,
      count(*)::int as count
    from ${chosen} group by 1, 2 order by 1, 2`);
  const slots = await rowsOf(sql<ExecutionSums['slots'][number]>`
    select ((started_at - ${sql.lit(startMs)}) / ${sql.lit(stepMs)})::int as slot, count(*)::int as count,
      ${latencies(totalMs)}
    from ${chosen} group by 1 order by 1`);
  const [tokens] = await rowsOf(sql<ExecutionSums['tokens']>`
    select coalesce(sum((record->'tokens'->>'input')::float8), 0)::float8 as input,
      coalesce(sum((record->'tokens'->>'output')::float8), 0)::float8 as output,
      count(record->'tokens'->>'input')::int as requests
    from ${chosen}`);
  const [cold] = await rowsOf(sql<LatencyRow & { readonly replicas: number; readonly requests: number }>`
    select count(distinct record->>'replica')::int as replicas, count(*)::int as requests,
      ${latencies(startWaitMs)}
    from ${chosen} and ${startWaitMs} > 0`);
  const { replicas = 0, requests = 0, ...wait } = cold ?? { average: 0, percentiles: [0, 0, 0] };
  return {
    perStatus,
    perOrigin,
    buckets,
    slots,
    tokens: tokens ?? { input: 0, output: 0, requests: 0 },
    coldStarts: { replicas, requests, wait },
  };
}
