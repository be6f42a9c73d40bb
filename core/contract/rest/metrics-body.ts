import { type Static, Type } from 'typebox';

/** What `GET /v0/models/{model}/metrics` answers. Latencies are milliseconds, rates are per second. */

const time = Type.String({ format: 'date-time' });
const count = Type.Integer({ minimum: 0 });
const number = Type.Number({ minimum: 0 });
const countPerCode = Type.Record(Type.String(), count, {
  description: 'By the exact status that callers got; 0 when one left before an answer',
});

const point = Type.Object({ timestamp: time, rate: number, requestTotal: count });
const stats = { average: number, p50: number, p90: number, p99: number };
const bucket = Type.Object({
  start: number,
  end: Type.Union([number, Type.Null()], { description: 'Null: no upper bound' }),
  count,
});

export const modelMetricsBody = Type.Object(
  {
    inferenceGlobal: Type.Array(point, { description: 'Requests over the window' }),
    lastNRequests: Type.Array(point, { description: 'The same for the last minutes of the window' }),
    latency: Type.Object({
      globalStats: Type.Object(stats),
      globalHistogram: Type.Array(bucket),
      statsPerCode: Type.Record(Type.String(), Type.Object(stats)),
      histogramPerCode: Type.Record(Type.String(), Type.Array(bucket)),
    }),
    requestDurationOverTime: Type.Array(Type.Object({ timestamp: time, ...stats })),
    requestTotal: count,
    requestTotalPerCode: countPerCode,
    requestTotalByOrigin: Type.Object({
      requestTotalByOrigin: Type.Record(Type.String(), count, {
        description: 'By who made the answer: gateway, location, model',
      }),
      requestTotalByOriginAndCode: Type.Record(Type.String(), countPerCode),
    }),
    rps: number,
    rpsPerCode: Type.Record(Type.String(), number),
    tokenRate: Type.Object({ tokenRate: number, tokenRateInput: number, tokenRateOutput: number }),
    tokenTotal: Type.Object({
      tokenInput: count,
      tokenOutput: count,
      tokenTotal: count,
      averageTokenInputPerRequest: number,
      averageTokenOutputPerRequest: number,
      averageTokenPerRequest: number,
    }),
    window: Type.Object({ start: time, end: time, stepSeconds: number }),
    errorTotal: Type.Integer({ minimum: 0, description: 'Answers with a status of 500 or more' }),
    coldStarts: Type.Object({
      replicas: Type.Integer({ minimum: 0, description: 'Replicas whose start a request waited for' }),
      requests: Type.Integer({ minimum: 0, description: 'Requests that waited for a start' }),
      wait: Type.Object(stats),
    }),
    now: Type.Object(
      {
        replicas: Type.Object({ starting: count, ready: count, draining: count }),
        inFlight: count,
        waiting: count,
      },
      { description: 'As locations last reported it, whatever the window' },
    ),
  },
  { title: 'ResourceEnvironmentMetrics' },
);
export type ModelMetricsBody = Static<typeof modelMetricsBody>;
