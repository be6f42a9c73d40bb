import type { KeyEntry } from '@beeline/core/contract';
import type { ModelPath } from './stages/identify.ts';

/** The names and times that a request has from its first moment. */
export interface Arrival {
  /** Ours, never the caller's: names the execution. */
  readonly executionId: string;
  /** What the caller calls the request, or the execution id. */
  readonly requestId: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Monotonic milliseconds. */
  readonly arrivedMs: number;
}

/** A request for a model whose key may use the workspace: from here on it leaves a record, whatever becomes of it. */
export interface InferenceRequest {
  readonly arrival: Arrival;
  readonly method: string;
  readonly path: ModelPath;
  readonly key: KeyEntry;
  /** The caller wants to be told how its replica wakes. */
  readonly wishesProgress: boolean;
}
