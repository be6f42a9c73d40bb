import type { ModelMetricsBody, ObservedRevision } from '@beeline/core/contract';
import type { ExecutionSums, LatencyRow, MetricsWindow } from '../../store/records/execution-metrics.ts';

/** Between these latencies requests are counted, in milliseconds. */
export const latencyBoundsMs: readonly number[] = [
  1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000,
];
const bounds = latencyBoundsMs;

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const steps = [
  secondMs,
  5 * secondMs,
  10 * secondMs,
  30 * secondMs,
  minuteMs,
  5 * minuteMs,
  15 * minuteMs,
  hourMs,
  6 * hourMs,
];
/** Points that a window is cut into, at most. */
const maxPoints = 150;
const lastPoints = 10;

/** A window from `startMs` to `endMs` in so many slots as a chart can use. */
export function buildMetricsWindow(startMs: number, endMs: number): MetricsWindow {
  const stepMs = steps.find((step) => (endMs - startMs) / step <= maxPoints) ?? 24 * hourMs;
  return { startMs, endMs, stepMs };
}

const round = (value: number) => Math.round(value * 1_000) / 1_000;
const timeOf = (ms: number) => new Date(ms).toISOString();

function statsOf({ average, percentiles }: LatencyRow) {
  const [p50 = 0, p90 = 0, p99 = 0] = percentiles;
  return { average: round(average), p50: round(p50), p90: round(p90), p99: round(p99) };
}

function histogramOf(rows: readonly { readonly bucket: number; readonly count: number }[]) {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  for (const { bucket, count } of rows) counts[bucket] = (counts[bucket] ?? 0) + count;
  return counts.map((count, index) => ({ start: bounds[index - 1] ?? 0, end: bounds[index] ?? null, count }));
}

function pointsOf(slots: ExecutionSums['slots'], { startMs, endMs, stepMs }: MetricsWindow) {
  const counts = new Map(slots.map(({ slot, count }) => [slot, count]));
  return Array.from({ length: Math.ceil((endMs - startMs) / stepMs) }, (_, slot) => {
    const requestTotal = counts.get(slot) ?? 0;
    const atMs = startMs + slot * stepMs;
    const seconds = Math.min(stepMs, endMs - atMs) / secondMs;
    return { timestamp: timeOf(atMs), rate: round(requestTotal / seconds), requestTotal };
  });
}

function nowOf(observed: readonly ObservedRevision[]): ModelMetricsBody['now'] {
  const sum = (read: (revision: ObservedRevision) => number) =>
    observed.reduce((total, revision) => total + read(revision), 0);
  return {
    replicas: {
      starting: sum(({ replicas }) => replicas.requested + replicas.fetching + replicas.starting),
      ready: sum(({ replicas }) => replicas.ready),
      draining: sum(({ replicas }) => replicas.draining),
    },
    inFlight: sum(({ inFlight }) => inFlight),
    waiting: sum(({ waiting }) => waiting),
  };
}

function tokensOf({ input, output, requests }: ExecutionSums['tokens'], seconds: number) {
  const each = (tokens: number) => (requests === 0 ? 0 : round(tokens / requests));
  return {
    tokenRate: {
      tokenRate: round((input + output) / seconds),
      tokenRateInput: round(input / seconds),
      tokenRateOutput: round(output / seconds),
    },
    tokenTotal: {
      tokenInput: input,
      tokenOutput: output,
      tokenTotal: input + output,
      averageTokenInputPerRequest: each(input),
      averageTokenOutputPerRequest: each(output),
      averageTokenPerRequest: each(input + output),
    },
  };
}

function originsOf(rows: ExecutionSums['perOrigin']): ModelMetricsBody['requestTotalByOrigin'] {
  const requestTotalByOrigin: Record<string, number> = {};
  const requestTotalByOriginAndCode: Record<string, Record<string, number>> = {};
  for (const { source, status, count } of rows) {
    requestTotalByOrigin[source] = (requestTotalByOrigin[source] ?? 0) + count;
    requestTotalByOriginAndCode[source] = { ...requestTotalByOriginAndCode[source], [status]: count };
  }
  return { requestTotalByOrigin, requestTotalByOriginAndCode };
}

/** The metrics of a deployment, from what the store summed up and what locations report. */
export function renderModelMetrics(
  sums: ExecutionSums,
  window: MetricsWindow,
  observed: readonly ObservedRevision[],
): ModelMetricsBody {
  const seconds = (window.endMs - window.startMs) / secondMs;
  const all = sums.perStatus.find(({ status }) => status === null);
  const codes = sums.perStatus.flatMap((row) =>
    row.status === null ? [] : [{ ...row, status: row.status }],
  );
  const perCode = <T>(read: (row: (typeof codes)[number]) => T): Record<string, T> =>
    Object.fromEntries(codes.map((row) => [String(row.status), read(row)]));
  const points = pointsOf(sums.slots, window);
  return {
    inferenceGlobal: points,
    lastNRequests: points.slice(-lastPoints),
    latency: {
      globalStats: statsOf(all ?? { average: 0, percentiles: [] }),
      globalHistogram: histogramOf(sums.buckets),
      statsPerCode: perCode(statsOf),
      histogramPerCode: perCode(({ status }) =>
        histogramOf(sums.buckets.filter((row) => row.status === status)),
      ),
    },
    requestDurationOverTime: sums.slots.map((row) => ({
      timestamp: timeOf(window.startMs + row.slot * window.stepMs),
      ...statsOf(row),
    })),
    requestTotal: all?.count ?? 0,
    requestTotalPerCode: perCode(({ count }) => count),
    requestTotalByOrigin: originsOf(sums.perOrigin),
    rps: round((all?.count ?? 0) / seconds),
    rpsPerCode: perCode(({ count }) => round(count / seconds)),
    ...tokensOf(sums.tokens, seconds),
    window: {
      start: timeOf(window.startMs),
      end: timeOf(window.endMs),
      stepSeconds: window.stepMs / secondMs,
    },
    errorTotal: codes.reduce((total, { status, count }) => total + (status >= 500 ? count : 0), 0),
    coldStarts: { ...sums.coldStarts, wait: statsOf(sums.coldStarts.wait) },
    now: nowOf(observed),
  };
}
