import type { ExecutionRecord } from '@beeline/core/contract';

const text = (value: string | null) => (value === null ? 'null' : `"${value}"`);
/** What stands after the point, for each number of thousandths. */
const thousandths = Array.from({ length: 1_000 }, (_, index) => String(index / 1_000).slice(1));

/** Milliseconds, rounded to microseconds; writing a fraction takes longer than all the rest of a number. */
function ms(value: number): string {
  const micros = Math.round(value * 1_000);
  const whole = Math.floor(micros / 1_000);
  return `${whole}${thousandths[micros - whole * 1_000]}`;
}

let lastNames: ExecutionRecord | null = null;
let lastNamesText = '';

/** What says who called what and who answered; most records say the same in this as the one before. */
function names(record: ExecutionRecord): string {
  const last = lastNames;
  if (
    last === null ||
    last.replica !== record.replica ||
    last.key !== record.key ||
    last.revision !== record.revision ||
    last.location !== record.location ||
    last.model !== record.model ||
    last.environment !== record.environment ||
    last.workspace !== record.workspace
  ) {
    lastNames = record;
    lastNamesText =
      `"workspace":"${record.workspace}","model":"${record.model}",` +
      `"environment":"${record.environment}","revision":${text(record.revision)},` +
      `"location":${text(record.location)},"replica":${text(record.replica)},"key":"${record.key}",`;
  }
  return lastNamesText;
}

/**
 * The JSON text of a record, a third of the time that `JSON.stringify` takes. Times are rounded to microseconds. Only
 * `path` may hold anything that JSON escapes: it is the caller's; all else was made or checked here.
 */
export function encodeExecution(record: ExecutionRecord): string {
  const { timings, tokens } = record;
  const { queueMs, startMs, loadMs, firstByteMs } = timings;
  // Most requests waited for nothing.
  const waits =
    queueMs === 0 && startMs === 0 && loadMs === 0
      ? '"queueMs":0,"startMs":0,"loadMs":0'
      : `"queueMs":${ms(queueMs)},"startMs":${ms(startMs)},"loadMs":${ms(loadMs)}`;
  return (
    `{"id":"${record.id}",${names(record)}"startedAt":${record.startedAt},"method":"${record.method}",` +
    `"path":${JSON.stringify(record.path)},"status":${record.status},"source":"${record.source}",` +
    `"errorCode":${text(record.errorCode)},"aborted":${record.aborted},"timings":{${waits},` +
    `"runMs":${ms(timings.runMs)},"firstByteMs":${firstByteMs === null ? 'null' : ms(firstByteMs)},` +
    `"totalMs":${ms(timings.totalMs)}},"requestBytes":${record.requestBytes},` +
    `"responseBytes":${record.responseBytes},"tokens":${tokens === null ? 'null' : JSON.stringify(tokens)}}`
  );
}
