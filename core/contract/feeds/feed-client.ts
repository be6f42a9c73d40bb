import { BeelineError, cutText, describeViolations, type Secret, storableJson } from '../../base/index.ts';
import { type AssignmentsMessage, readAssignmentsMessage } from './assignments-message.ts';
import { type Delivery, deliverItems } from './deliver-items.ts';
import { readExecutionsMessage } from './executions-message.ts';
import { feedPaths, type MessageKind } from './feed-paths.ts';
import type { LogsMessage } from './logs-message.ts';
import type { ObservedMessage } from './observed-message.ts';
import { readPushAnswer } from './push-answer.ts';
import type { MessageReader, RefusedItem } from './read-message.ts';
import { type RoutesMessage, readRoutesMessage } from './routes-message.ts';
import { stripObserved } from './strip-observed.ts';

/**
 * Control as the other planes see it. Every call rejects with CONNECTION_FAILED while control is down, and when it
 * refuses a message for another reason than one of its items.
 */
export interface FeedClient {
  /** The next snapshot after `after`, or null when there was none within `waitMs`. */
  pullRoutes(after: number, waitMs: number, signal?: AbortSignal): Promise<RoutesMessage | null>;
  /** @param sealFor Public key of this location, for secret values: see core/secrets. */
  pullAssignments(
    after: number,
    waitMs: number,
    signal?: AbortSignal,
    sealFor?: string,
  ): Promise<AssignmentsMessage | null>;
  reportObserved(message: ObservedMessage): Promise<void>;
  /** Takes the JSON text of an `ExecutionsMessage`: there are too many records to encode them all at once. */
  pushExecutions(message: Uint8Array<ArrayBuffer>): Promise<void>;
  pushLogs(message: LogsMessage): Promise<void>;
}

/** Hears of items of a message that this side or control has set aside: they are lost, all others count. */
export type OnRefused = (feed: MessageKind, refused: readonly RefusedItem[]) => void;

export interface FeedClientOptions {
  /** Address of control, without a path: `http://127.0.0.1:8787`. */
  readonly controlUrl: string;
  readonly token: Secret;
  /** Name of the location or of the gateway that speaks. */
  readonly name: string;
  /** Longest time for a call that does not wait, in milliseconds. */
  readonly timeoutMs?: number;
  readonly onRefused: OnRefused;
}

/** Answers that say that the same message will be refused again. */
const refusals: ReadonlySet<number> = new Set([400, 413, 422]);

/** A message that was written by this program; undefined when that was not JSON. */
function parseOwn(message: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(message).toString());
  } catch {
    return undefined;
  }
}

/** Speaks the internal API over HTTP. */
export function createFeedClient(options: FeedClientOptions): FeedClient {
  const { controlUrl, name } = options;
  const timeoutMs = options.timeoutMs ?? 10_000;

  const failed = (what: string, detail: string, cause?: unknown) =>
    new BeelineError('CONNECTION_FAILED', { message: `control at ${controlUrl} ${what}`, detail, cause });

  async function call(path: string, init: RequestInit, limitMs: number, signal?: AbortSignal) {
    const limit = AbortSignal.timeout(limitMs);
    try {
      const response = await fetch(new URL(path, controlUrl), {
        ...init,
        headers: { authorization: `Bearer ${options.token.reveal()}`, 'content-type': 'application/json' },
        signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
      });
      return { ok: response.ok, status: response.status, text: await response.text() };
    } catch (error) {
      throw failed('does not answer', String(error), error);
    }
  }

  const refusedBy = (
    feed: MessageKind,
    { status, text }: { readonly status: number; readonly text: string },
  ) => failed(`answered ${status} to ${feedPaths[feed]}`, cutText(text, 2_000));

  function tell(feed: MessageKind, refused: readonly RefusedItem[]): void {
    if (refused.length > 0) options.onRefused(feed, refused);
  }

  /** Follows one feed; an item that cannot be read is left as it was in the message before. */
  function createPull<M extends object>(feed: MessageKind, who: string, read: MessageReader<M>) {
    let before: M | null = null;
    return async (
      after: number,
      waitMs: number,
      signal?: AbortSignal,
      sealFor?: string,
    ): Promise<M | null> => {
      const query = new URLSearchParams({ after: String(after), waitMs: String(waitMs), [who]: name });
      if (sealFor !== undefined) query.set('sealFor', sealFor);
      const answer = await call(`${feedPaths[feed]}?${query}`, {}, waitMs + timeoutMs, signal);
      if (!answer.ok) throw refusedBy(feed, answer);
      if (answer.status === 204) return null;
      const message = read(parseJson(answer.text), before);
      if (!message.ok) {
        throw failed(`sent ${feed} that cannot be read`, describeViolations(message.violations));
      }
      tell(feed, message.refused);
      before = message.message;
      return before;
    };
  }

  function parseJson(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      throw failed('answered with something that is not JSON', cutText(text, 2_000), error);
    }
  }

  async function send(feed: MessageKind, body: string | Uint8Array<ArrayBuffer>): Promise<Delivery> {
    const answer = await call(feedPaths[feed], { method: 'POST', body }, timeoutMs);
    if (answer.ok) {
      return { taken: true, refused: answer.text === '' ? [] : readPushAnswer(parseJson(answer.text)) };
    }
    const error = refusedBy(feed, answer);
    if (refusals.has(answer.status)) return { taken: false, error };
    throw error;
  }

  return {
    pullRoutes: createPull('routes', 'gateway', readRoutesMessage),
    pullAssignments: createPull('assignments', 'location', readAssignmentsMessage),
    async reportObserved(message) {
      const delivery = await send('observed', storableJson(message));
      if (delivery.taken) {
        tell('observed', delivery.refused);
        return;
      }
      const stripped = await send('observed', storableJson(stripObserved(message)));
      if (!stripped.taken) throw delivery.error;
      tell('observed', [
        { item: 'revisions', id: null, rule: `were reported without their texts: ${delivery.error.detail}` },
        ...stripped.refused,
      ]);
    },
    async pushExecutions(message) {
      const delivery = await send('executions', message);
      if (delivery.taken) {
        tell('executions', delivery.refused);
        return;
      }
      const parsed = readExecutionsMessage(parseOwn(message));
      if (!parsed.ok) {
        const rule = `cannot be read: ${describeViolations(parsed.violations)}`;
        tell('executions', [{ item: 'executions', id: null, rule }]);
        return;
      }
      tell('executions', parsed.refused);
      // Once more, cleaned: most of what is refused is text.
      const { executions, ...rest } = parsed.message;
      const sendSome = (some: typeof executions) =>
        send('executions', Buffer.from(storableJson({ ...rest, executions: some })));
      tell('executions', await deliverItems('executions', executions, sendSome));
    },
    async pushLogs({ location, lines }) {
      const sendSome = (some: typeof lines) => send('logs', storableJson({ location, lines: some }));
      tell('logs', await deliverItems('lines', lines, sendSome));
    },
  };
}
