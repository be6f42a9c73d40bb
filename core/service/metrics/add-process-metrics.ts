import { addThreadMetrics } from './add-thread-metrics.ts';
import type { Metrics } from './create-metrics.ts';

/**
 * Adds what every process tells of itself, under the names that dashboards for Node know. `thread` names this one
 * where others tell of themselves too. The returned function ends the measuring.
 */
export function addProcessMetrics(
  metrics: Metrics,
  build: { readonly version: string; readonly thread?: string },
): () => void {
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
  return addThreadMetrics(metrics, build.thread);
}
