import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Metrics } from './create-metrics.ts';

/** How finely the delay of the event loop is measured, in milliseconds. */
const resolutionMs = 20;

/**
 * Adds what every thread with an event loop tells of itself. With a name, its event loop is told under the label
 * `thread`; memory has none, so that the sum over threads is that of the process. The returned function ends the
 * measuring.
 */
export function addThreadMetrics(metrics: Metrics, thread?: string): () => void {
  const [threadLabels, names] = thread === undefined ? [[], []] : [['thread'], [thread]];
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let used = performance.eventLoopUtilization();

  metrics.sampled(
    {
      name: 'nodejs_memory_bytes',
      help: 'Memory by kind: heap in use, heap reserved, external, array buffers',
      type: 'gauge',
      labels: ['kind'],
    },
    (report) => {
      const { heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage();
      report(heapUsed, 'heap_used');
      report(heapTotal, 'heap_total');
      report(external, 'external');
      report(arrayBuffers, 'array_buffers');
    },
  );
  metrics.sampled(
    {
      name: 'nodejs_eventloop_lag_seconds',
      help: 'How late timers were since the scrape before: half of them, all but 1 %, the worst',
      type: 'gauge',
      labels: ['quantile', ...threadLabels],
    },
    (report) => {
      // The histogram measures whole intervals between timers: the lag is what exceeds the resolution.
      const lag = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1e3);
      report(lag(delay.percentile(50)), '0.5', ...names);
      report(lag(delay.percentile(99)), '0.99', ...names);
      report(delay.count === 0 ? 0 : lag(delay.max), '1', ...names);
      delay.reset();
    },
  );
  metrics.sampled(
    {
      name: 'nodejs_eventloop_utilization_ratio',
      help: 'Part of the time since the scrape before in which the event loop was busy, from 0 to 1',
      type: 'gauge',
      labels: threadLabels,
    },
    (report) => {
      const now = performance.eventLoopUtilization();
      report(performance.eventLoopUtilization(now, used).utilization, ...names);
      used = now;
    },
  );
  return () => {
    delay.disable();
  };
}
