export { type BackoffOptions, backoffMs } from './backoff.ts';
export { type BoundedCount, createBoundedCount } from './bounded-count.ts';
export { formatByteSize, parseByteSize } from './byte-size.ts';
export { type Clock, sleep, systemClock } from './clock.ts';
export { type DecodedText, decodeUtf8, describeUtf8Problem, type Utf8Problem } from './decode-utf8.ts';
export type { DeepReadonly } from './deep-readonly.ts';
export { formatDuration, parseDuration } from './duration.ts';
export {
  asBeelineError,
  BeelineError,
  type BeelineErrorOptions,
  describeViolations,
  type FieldViolation,
} from './error.ts';
export { type ErrorCode, type ErrorKind, errorCodes, httpStatusOf } from './error-codes.ts';
export { escapeControls, escapeJsonControls, escapeYamlControls, hasControls } from './escape-controls.ts';
export { newId, randomText } from './ids.ts';
export { type LogFields, type Logger, silentLogger } from './logger.ts';
export { type Listed, RunningList } from './running-list.ts';
export { Secret } from './secret.ts';
export { createSharedMemory, openSharedCount, reclaimShare } from './shared-count.ts';
export { storableJson } from './storable-json.ts';
export { cutText, cutTextStart, storableText } from './storable-text.ts';
export { suggestName } from './suggest-name.ts';
