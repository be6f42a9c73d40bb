import { BeelineError, cutText, type Secret } from '../base/index.ts';
import {
  type AssignmentsMessage,
  feedPaths,
  type LogsMessage,
  type ObservedMessage,
  type RoutesMessage,
} from './feed-messages.ts';

/** Control as the other planes see it. Every call rejects with CONNECTION_FAILED while control is down. */
export interface FeedClient {
  /** The next snapshot after `after`, or null when there was none within `waitMs`. */
  pullRoutes(after: number, waitMs: number, signal?: AbortSignal): Promise<RoutesMessage | null>;
  pullAssignments(after: number, waitMs: number, signal?: AbortSignal): Promise<AssignmentsMessage | null>;
  reportObserved(message: ObservedMessage): Promise<void>;
  /** Takes the JSON text of an `ExecutionsMessage`: there are too many records to encode them all at once. */
  pushExecutions(message: Uint8Array<ArrayBuffer>): Promise<void>;
  pushLogs(message: LogsMessage): Promise<void>;
}

export interface FeedClientOptions {
  /** Address of control, without a path: `http://127.0.0.1:8787`. */
  readonly controlUrl: string;
  readonly token: Secret;
  /** Name of the location or of the gateway that speaks. */
  readonly name: string;
  /** Longest time for a call that does not wait, in milliseconds. */
  readonly timeoutMs?: number;
}

/** Speaks the internal API over HTTP. */
export function createFeedClient(options: FeedClientOptions): FeedClient {
  const timeoutMs = options.timeoutMs ?? 10_000;

  async function call(
    path: string,
    init: RequestInit,
    limitMs: number,
    signal?: AbortSignal,
  ): Promise<Response> {
    const limit = AbortSignal.timeout(limitMs);
    let response: Response;
    try {
      response = await fetch(new URL(path, options.controlUrl), {
        ...init,
        headers: { authorization: `Bearer ${options.token.reveal()}`, 'content-type': 'application/json' },
        signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
      });
    } catch (error) {
      throw new BeelineError('CONNECTION_FAILED', {
        message: `control at ${options.controlUrl} does not answer`,
        detail: String(error),
        cause: error,
      });
    }
    if (response.ok) return response;
    throw new BeelineError('CONNECTION_FAILED', {
      message: `control at ${options.controlUrl} answered ${response.status} to ${path}`,
      detail: cutText(await response.text(), 2_000),
    });
  }

  async function pull<T>(
    path: string,
    who: string,
    after: number,
    waitMs: number,
    signal?: AbortSignal,
  ): Promise<T | null> {
    const query = new URLSearchParams({ after: String(after), waitMs: String(waitMs), [who]: options.name });
    const response = await call(`${path}?${query}`, {}, waitMs + timeoutMs, signal);
    if (response.status === 204) return null;
    return (await response.json()) as T;
  }

  async function push(path: string, body: string | Uint8Array<ArrayBuffer>): Promise<void> {
    const response = await call(path, { method: 'POST', body }, timeoutMs);
    await response.arrayBuffer();
  }

  return {
    pullRoutes: (after, waitMs, signal) => pull(feedPaths.routes, 'gateway', after, waitMs, signal),
    pullAssignments: (after, waitMs, signal) =>
      pull(feedPaths.assignments, 'location', after, waitMs, signal),
    reportObserved: (message) => push(feedPaths.observed, JSON.stringify(message)),
    pushExecutions: (message) => push(feedPaths.executions, message),
    pushLogs: (message) => push(feedPaths.logs, JSON.stringify(message)),
  };
}
