import { BeelineError } from '@beeline/core/base';
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

/** As the statement gives it. */
type SumsRow = Omit<ExecutionSums, 'coldStarts'> & {
  readonly coldStarts: LatencyRow & { readonly replicas: number; readonly requests: number };
};

/** Average and percentiles; zeros of nothing. */
const latencies = (value: RawBuilder<unknown>) => sql`
  coalesce(avg(${value}), 0)::float8 as average,
  coalesce(percentile_cont(array[0.5, 0.9, 0.99]) within group (order by ${value}), array[0, 0, 0]) as percentiles`;

const listOf = (rows: RawBuilder<unknown>) => sql`(select coalesce(json_agg(one), '[]') from (${rows}) one)`;
const onlyOf = (row: RawBuilder<unknown>) => sql`(select to_json(one) from (${row}) one)`;

/** What is summed up of each execution. Taking records apart is most of the work, so it is done once for all sums. */
const chosenOf = (key: DeploymentKey, { startMs, endMs, stepMs }: MetricsWindow) => sql`
  select (record->>'status')::int as status, record->>'source' as source, record->>'replica' as replica,
    (record->'timings'->>'totalMs')::float8 as total,
    (record->'timings'->>'startMs')::float8 + (record->'timings'->>'loadMs')::float8 as waited,
    (record->'tokens'->>'input')::float8 as input, (record->'tokens'->>'output')::float8 as output,
    ((started_at - ${sql.lit(startMs)}) / ${sql.lit(stepMs)})::int as slot
  from executions
  where workspace = ${key.workspace} and model = ${key.model} and environment = ${key.environment}
    and started_at >= ${startMs} and started_at < ${endMs}`;

/**
 * Sums up inside the database: what comes back is bounded by statuses, buckets and slots, not by requests. It is one
 * statement because the embedded database shares its thread with everything else.
 */
export async function sumExecutions(
  queries: Queries,
  key: DeploymentKey,
  window: MetricsWindow,
  boundsMs: readonly number[],
): Promise<ExecutionSums> {
  const bounds = sql.join(boundsMs.map((bound) => sql.lit(bound)));
  const total = sql.ref('total');
  const perStatus = sql`
    select status, count(*)::int as count, ${latencies(total)} from chosen group by grouping sets ((), (1))`;
  const perOrigin = sql`
    select source, status, count(*)::int as count from chosen group by 1, 2 order by 1, 2`;
  const buckets = sql`
    select status, width_bucket(total, array[${bounds}]::float8[]) as bucket, count(*)::int as count
    from chosen group by 1, 2 order by 1, 2`;
  const slots = sql`
    select slot, count(*)::int as count, ${latencies(total)} from chosen group by 1 order by 1`;
  const tokens = sql`
    select coalesce(sum(input), 0)::float8 as input, coalesce(sum(output), 0)::float8 as output,
      count(input)::int as requests
    from chosen`;
  const coldStarts = sql`
    select count(distinct replica)::int as replicas, count(*)::int as requests, ${latencies(sql.ref('waited'))}
    from chosen where waited > 0`;
  const { rows } = await sql<SumsRow>`
    with chosen as materialized (${chosenOf(key, window)})
    select ${listOf(perStatus)} as per_status, ${listOf(perOrigin)} as per_origin, ${listOf(buckets)} as buckets,
      ${listOf(slots)} as slots, ${onlyOf(tokens)} as tokens, ${onlyOf(coldStarts)} as cold_starts`.execute(
    queries,
  );
  const [sums] = rows;
  if (sums === undefined)
    throw new BeelineError('STORE_UNAVAILABLE', { message: 'the database gave no sums' });
  const { replicas, requests, ...wait } = sums.coldStarts;
  return { ...sums, coldStarts: { replicas, requests, wait } };
}
