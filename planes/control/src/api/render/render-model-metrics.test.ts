import { describe, expect, it } from 'vitest';
import type { ExecutionSums } from '../../store/records/execution-metrics.ts';
import { observedRevision } from '../../testing/documents.ts';
import { buildMetricsWindow, renderModelMetrics } from './render-model-metrics.ts';

const minute = 60_000;
const nothing: ExecutionSums = {
  perStatus: [],
  perOrigin: [],
  buckets: [],
  slots: [],
  tokens: { input: 0, output: 0, requests: 0 },
  coldStarts: { replicas: 0, requests: 0, wait: { average: 0, percentiles: [0, 0, 0] } },
};
const latency = { average: 12.34567, percentiles: [10, 20, 30] };
const sums: ExecutionSums = {
  ...nothing,
  perStatus: [
    { status: null, count: 6, ...latency },
    { status: 200, count: 4, ...latency },
    { status: 503, count: 2, ...latency },
  ],
  perOrigin: [
    { source: 'gateway', status: 503, count: 1 },
    { source: 'location', status: 503, count: 1 },
    { source: 'model', status: 200, count: 4 },
  ],
  buckets: [
    { status: 200, bucket: 0, count: 4 },
    { status: 503, bucket: 14, count: 2 },
  ],
  slots: [{ slot: 1, count: 6, ...latency }],
  tokens: { input: 120, output: 60, requests: 4 },
};
const window = { startMs: 0, endMs: 2.5 * minute, stepMs: minute };

describe('the window of metrics', () => {
  it.each([
    ['a minute', minute, 1_000, 60],
    ['an hour', 60 * minute, 30_000, 120],
    ['a day', 24 * 60 * minute, 15 * minute, 96],
    ['31 days', 31 * 24 * 60 * minute, 6 * 60 * minute, 124],
  ])('%s has slots that a chart can show', (_name, length, stepMs, points) => {
    const built = buildMetricsWindow(0, length);
    expect(built.stepMs).toBe(stepMs);
    expect(renderModelMetrics(nothing, built, []).inferenceGlobal).toHaveLength(points);
  });
});

describe('the metrics of a deployment', () => {
  const metrics = renderModelMetrics(sums, window, [
    observedRevision('rev_1', { inFlight: 2, waiting: 1 }),
    observedRevision('rev_2', {
      replicas: { requested: 1, fetching: 1, starting: 1, ready: 2, draining: 1 },
      waiting: 3,
    }),
  ]);

  it('has a point for every slot, the last one shorter, empty ones as zero', () => {
    expect(metrics.inferenceGlobal).toEqual([
      { timestamp: '1970-01-01T00:00:00.000Z', rate: 0, requestTotal: 0 },
      { timestamp: '1970-01-01T00:01:00.000Z', rate: 0.1, requestTotal: 6 },
      { timestamp: '1970-01-01T00:02:00.000Z', rate: 0, requestTotal: 0 },
    ]);
    expect(metrics.requestDurationOverTime).toHaveLength(1);
  });

  it('counts exact codes, alone and by who answered', () => {
    expect(metrics.requestTotal).toBe(6);
    expect(metrics.requestTotalPerCode).toEqual({ 200: 4, 503: 2 });
    expect(metrics.rpsPerCode).toEqual({ 200: 0.027, 503: 0.013 });
    expect(metrics.errorTotal).toBe(2);
    expect(metrics.requestTotalByOrigin).toEqual({
      requestTotalByOrigin: { gateway: 1, location: 1, model: 4 },
      requestTotalByOriginAndCode: { gateway: { 503: 1 }, location: { 503: 1 }, model: { 200: 4 } },
    });
  });

  it('spreads latencies over buckets, the last one open', () => {
    expect(metrics.latency.globalStats).toEqual({ average: 12.346, p50: 10, p90: 20, p99: 30 });
    expect(metrics.latency.globalHistogram[0]).toEqual({ start: 0, end: 1, count: 4 });
    expect(metrics.latency.globalHistogram.at(-1)).toEqual({ start: 60_000, end: null, count: 2 });
    expect(metrics.latency.histogramPerCode['503']?.map(({ count }) => count)).toEqual([
      ...Array(14).fill(0),
      2,
    ]);
  });

  it('averages tokens over the requests that reported them', () => {
    expect(metrics.tokenTotal).toMatchObject({ tokenTotal: 180, averageTokenInputPerRequest: 30 });
    expect(metrics.tokenRate).toEqual({ tokenRate: 1.2, tokenRateInput: 0.8, tokenRateOutput: 0.4 });
  });

  it('adds up what all revisions have now', () => {
    expect(metrics.now).toEqual({
      replicas: { starting: 3, ready: 2, draining: 1 },
      inFlight: 2,
      waiting: 4,
    });
  });
});
