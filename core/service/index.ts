export { closeOnSignal } from './close-on-signal.ts';
export {
  type Config,
  type ConfigSources,
  compileConfig,
  type Setting,
  type SettingsTable,
  settings,
  variableName,
} from './compile-config.ts';
export { createLogger, logLevels } from './create-logger.ts';
export { describeStartFailure } from './describe-start-failure.ts';
export { describeSystemFailure } from './describe-system-failure.ts';
export { requireInternalToken } from './internal-token.ts';
export { limitUnread } from './limit-unread.ts';
export { type ListenAddress, listen, requireFreeAddress } from './listen.ts';
export { makeDataDirectory } from './make-data-directory.ts';
export { addProcessMetrics } from './metrics/add-process-metrics.ts';
export { addThreadMetrics } from './metrics/add-thread-metrics.ts';
export {
  answerScrape,
  authorizeScrape,
  type Exposition,
  type ScrapeCaller,
  type ScrapePolicy,
} from './metrics/authorize-scrape.ts';
export { createMetrics, type Metrics, secondsBuckets } from './metrics/create-metrics.ts';
export { keepCounts, mergePictures } from './metrics/merge-pictures.ts';
export type { CounterCell, HistogramCell, MetricDescription, MetricFamily } from './metrics/metric-family.ts';
export type { MetricPicture } from './metrics/metric-picture.ts';
export { renderExposition } from './metrics/render-exposition.ts';
export { type CacheFile, type CacheFileOptions, openCacheFile } from './open-cache-file.ts';
export { type MessageFileOptions, openMessageFile } from './open-message-file.ts';
export { readRegularFile, readRegularFileSync } from './read-regular-file.ts';
export { reportRefusedItems } from './report-refused-items.ts';
export { type Loop, type LoopOptions, startLoop } from './run-loop.ts';
export { type RunningProcess, runProcess } from './run-process.ts';
export { sendJson } from './send-json.ts';
