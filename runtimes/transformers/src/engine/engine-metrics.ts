import { Metrics } from './metrics.ts';

/** The numbers the engine keeps about itself. */
export type EngineMetrics = ReturnType<typeof createEngineMetrics>;

/** What is read at the moment the page is asked for. */
export interface EngineGauges {
  readonly waiting: () => number;
  readonly running: () => number;
  readonly ready: () => boolean;
  /** Seconds each phase of the start took; empty until loaded. */
  readonly loadSeconds: () => Readonly<Record<string, number>>;
}

/** Creates every metric the engine offers under its name. */
export function createEngineMetrics(gauges: EngineGauges) {
  const metrics = new Metrics();
  const prefix = 'beeline_engine';
  metrics.gauge(`${prefix}_ready`, '1 once the model answers.', () => (gauges.ready() ? 1 : 0));
  metrics.gauge(`${prefix}_waiting`, 'Texts or sequences that wait for the model.', gauges.waiting);
  metrics.gauge(`${prefix}_running`, 'Texts or sequences in the model now.', gauges.running);
  metrics.gauge(`${prefix}_load_seconds`, 'Seconds that each phase of the start took.', () =>
    Object.entries(gauges.loadSeconds()).map(([phase, seconds]) => [{ phase }, seconds] as const),
  );
  metrics.gauge('process_resident_memory_bytes', 'Resident memory in bytes.', () =>
    process.memoryUsage.rss(),
  );
  metrics.gauge('process_cpu_seconds_total', 'User and system processor time in seconds.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  return {
    requests: metrics.counter(`${prefix}_requests_total`, 'Requests answered, by route and status.'),
    requestSeconds: metrics.histogram(
      `${prefix}_request_seconds`,
      'Seconds from the request to the end of its answer.',
      [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    ),
    batchSize: metrics.histogram(
      `${prefix}_batch_size`,
      'Texts that ran together.',
      [1, 2, 4, 8, 16, 32, 64, 128],
    ),
    promptTokens: metrics.counter(`${prefix}_prompt_tokens_total`, 'Tokens read.'),
    completionTokens: metrics.counter(`${prefix}_completion_tokens_total`, 'Tokens generated.'),
    aborted: metrics.counter(`${prefix}_aborted_total`, 'Pieces of work given up because the caller left.'),
    render: () => metrics.render(),
  };
}
