import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Metrics } from './create-metrics.ts';

/** How finely the delay of the event loop is measured, in milliseconds. */
const resolutionMs = 20;

/**
 * Adds what every process tells of itself, under the names that dashboards for Node know. The returned function
 * ends the measuring.
 */
export function addProcessMetrics(metrics: Metrics, build: { readonly version: string }): () => void {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let used = performance.eventLoopUtilization();
  const startedAtSeconds = (Date.now() - performance.now()) / 1_000;

  metrics.sampled(
    {
      name: 'beeline_build_info',
      help: 'Always 1; the labels tell the version of Beeline and of Node',
      type: 'gauge',
      labels: ['version', 'node'],
    },
    (report) => report(1, build.version, process.versions.node),
  );
  metrics.sampled(
    {
      name: 'process_cpu_seconds_total',
      help: 'Processor time of the process, user and system together',
      type: 'counter',
      labels: [],
    },
    (report) => {
      const { user, system } = process.cpuUsage();
      report((user + system) / 1e6);
    },
  );
  metrics.sampled(
    {
      name: 'process_resident_memory_bytes',
      help: 'Memory of the process that is in RAM',
      type: 'gauge',
      labels: [],
    },
    (report) => report(process.memoryUsage.rss()),
  );
  metrics.sampled(
    {
      name: 'process_start_time_seconds',
      help: 'When the process started, in seconds since 1970',
      type: 'gauge',
      labels: [],
    },
    (report) => report(startedAtSeconds),
  );
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
      labels: ['quantile'],
    },
    (report) => {
      // The histogram measures whole intervals between timers: the lag is what exceeds the resolution.
      const lag = (nanoseconds: number) => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1e3);
      report(lag(delay.percentile(50)), '0.5');
      report(lag(delay.percentile(99)), '0.99');
      report(delay.count === 0 ? 0 : lag(delay.max), '1');
      delay.reset();
    },
  );
  metrics.sampled(
    {
      name: 'nodejs_eventloop_utilization_ratio',
      help: 'Part of the time since the scrape before in which the event loop was busy, from 0 to 1',
      type: 'gauge',
      labels: [],
    },
    (report) => {
      const now = performance.eventLoopUtilization();
      report(performance.eventLoopUtilization(now, used).utilization);
      used = now;
    },
  );
  return () => {
    delay.disable();
  };
}
