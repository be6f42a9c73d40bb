import { BeelineError, type ErrorCode } from '@beeline/core/base';
import type { FileJobName } from './file-jobs.ts';

/** To the thread: begin a job, or give it up. */
export type ToFileThread =
  | { readonly id: number; readonly job: FileJobName; readonly request: unknown }
  | { readonly id: number; readonly abandon: true };

/** An error as it crosses between threads, which would lose its class. */
export interface ThreadError {
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly detail: string | undefined;
}

/** What became of a job. */
export type FileAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: ThreadError };

/** From the thread: an answer, or that its jobs get on. */
export type FromFileThread = FileAnswer | { readonly alive: true };

export function packError(thrown: unknown): ThreadError {
  if (thrown instanceof BeelineError) {
    const cause = thrown.cause instanceof Error ? String(thrown.cause) : undefined;
    return { code: thrown.code, message: thrown.message, detail: thrown.detail ?? cause };
  }
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return { code: null, message: error.message, detail: error.stack };
}

export function unpackError({ code, message, detail }: ThreadError): Error {
  if (code === null) return new Error(message, detail === undefined ? undefined : { cause: detail });
  return new BeelineError(code, { message, ...(detail === undefined ? {} : { detail }) });
}
