import { asBeelineError, BeelineError, cutText, storableText } from '@beeline/core/base';
import { failureCodes, type RevisionFailure } from '@beeline/core/contract';
import type { LogLine } from '@beeline/drivers/interface';

const publicCodes: ReadonlySet<string> = new Set(failureCodes);

const tailLines = 20;
const longestMessage = 2_000;

/** What control and the waiting callers are told of a start that failed; its texts may be a model's. */
export function describeFailure(thrown: unknown, tail: readonly LogLine[]): RevisionFailure {
  const error = asBeelineError(thrown);
  const code = error.code === 'COMMAND_INVALID' ? 'LOAD_FAILED' : error.code;
  return {
    code: publicCodes.has(code) ? code : 'INTERNAL_ERROR',
    message: cutText(storableText(error.message), longestMessage),
    logTail: tail.slice(-tailLines).map((line) => storableText(line.text)),
  };
}

/** What a caller gets while no replica can be started. */
export function refuseForFailure(failure: RevisionFailure, retryAfterMs: number): BeelineError {
  const last = failure.logTail.at(-1);
  return new BeelineError('REPLICA_FAILED_TO_START', {
    message: `the model server did not start: ${failure.message}${last === undefined ? '' : ` (its last line: ${cutText(last, 300)})`}`,
    retryAfterMs,
  });
}
