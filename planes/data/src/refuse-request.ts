import { type BeelineError, httpStatusOf } from '@beeline/core/base';
import type { ErrorOrigin } from '@beeline/core/contract';
import type { CallerRequest } from '@beeline/core/relay';
import type { Arrival } from './inference-request.ts';
import { reasonOf, renderRefusal } from './render-refusal.ts';

/** After these the caller had better use another connection. */
const closing: ReadonlySet<string> = new Set([
  'SHUTTING_DOWN',
  'REQUEST_ENTITY_TOO_LARGE',
  'IDLE_TIMEOUT',
  // Where a request was not well-formed, nobody can be sure where it ends.
  'REQUEST_INVALID',
]);

/** Answers with a platform error; nothing happens when the caller is gone or an answer has begun. */
export function refuseRequest(
  caller: CallerRequest,
  error: BeelineError,
  component: ErrorOrigin,
  arrival: Pick<Arrival, 'requestId' | 'executionId'>,
  nowMs: number,
): void {
  const { requestId, executionId } = arrival;
  const [lines, body] = renderRefusal(error, { component, requestId, executionId, nowMs });
  if (closing.has(error.code)) caller.endConnection();
  const status = httpStatusOf(error.kind);
  caller.answer(status, reasonOf(status), lines, body);
}
