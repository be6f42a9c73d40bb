import type { ModelMetricsBody } from '@beeline/core/contract';

/** Metrics of a deployment that answered `requestTotal` requests in a minute. */
export function modelMetrics(
  requestTotal: number,
  changes: Partial<ModelMetricsBody> = {},
): ModelMetricsBody {
  const globalStats = { average: 20, p50: 12.5, p90: 40, p99: 1_250 };
  return {
    inferenceGlobal: [],
    lastNRequests: [],
    latency: { globalStats, globalHistogram: [], statsPerCode: {}, histogramPerCode: {} },
    requestDurationOverTime: [],
    requestTotal,
    requestTotalPerCode: { 200: requestTotal },
    requestTotalByOrigin: { requestTotalByOrigin: {}, requestTotalByOriginAndCode: {} },
    rps: requestTotal / 60,
    rpsPerCode: {},
    tokenRate: { tokenRate: 0, tokenRateInput: 0, tokenRateOutput: 0 },
    tokenTotal: {
      tokenInput: 0,
      tokenOutput: 0,
      tokenTotal: 0,
      averageTokenInputPerRequest: 0,
      averageTokenOutputPerRequest: 0,
      averageTokenPerRequest: 0,
    },
    window: { start: '2025-01-01T00:04:00.000Z', end: '2025-01-01T00:05:00.000Z', stepSeconds: 1 },
    errorTotal: 0,
    coldStarts: { replicas: 0, requests: 0, wait: { average: 0, p50: 0, p90: 0, p99: 0 } },
    now: { replicas: { starting: 0, ready: 0, draining: 0 }, inFlight: 0, waiting: 0 },
    ...changes,
  };
}
