import type { ErrorOrigin, ExecutionRecord } from '@beeline/core/contract';
import type { InferenceRequest } from '../inference-request.ts';

/** How a request was answered, and what that took; milliseconds and bytes. */
export interface Answer {
  /** What the caller got; 0 when it went away before an answer. */
  readonly status: number;
  readonly source: ErrorOrigin;
  readonly errorCode: string | null;
  readonly aborted: boolean;
  readonly revision: string | null;
  readonly location: string | null;
  readonly replica: string | null;
  readonly queueMs: number;
  readonly startMs: number;
  readonly loadMs: number;
  readonly runMs: number;
  readonly firstByteMs: number | null;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly tokens: ExecutionRecord['tokens'];
}

/** The answer to a request that the gateway refused before it went anywhere. */
export function refusedAnswer(status: number, errorCode: string): Answer {
  return {
    status,
    source: 'gateway',
    errorCode,
    aborted: false,
    revision: null,
    location: null,
    replica: null,
    queueMs: 0,
    startMs: 0,
    loadMs: 0,
    runMs: 0,
    firstByteMs: null,
    requestBytes: 0,
    responseBytes: 0,
    tokens: null,
  };
}

/** The record of an execution: one for every request whose key may use the workspace, refused ones included. */
export function meter(request: InferenceRequest, answer: Answer, nowMs: number): ExecutionRecord {
  const { arrival, path } = request;
  return {
    id: arrival.executionId,
    workspace: path.workspace,
    model: path.model,
    environment: path.environment,
    revision: answer.revision,
    location: answer.location,
    replica: answer.replica,
    key: request.key.id,
    startedAt: arrival.startedAt,
    method: request.method,
    path: path.upstreamPath,
    status: answer.status,
    source: answer.source,
    errorCode: answer.errorCode,
    aborted: answer.aborted,
    timings: {
      queueMs: answer.queueMs,
      startMs: answer.startMs,
      loadMs: answer.loadMs,
      runMs: answer.runMs,
      firstByteMs: answer.firstByteMs,
      totalMs: nowMs - arrival.arrivedMs,
    },
    requestBytes: answer.requestBytes,
    responseBytes: answer.responseBytes,
    tokens: answer.tokens,
  };
}
