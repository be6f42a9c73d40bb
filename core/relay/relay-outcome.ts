import type { ResponseHead } from './heads/response-head.ts';

/** How an exchange ended. */
export type RelayEnd =
  /** The answer was relayed to its end. */
  | 'complete'
  /** The caller went away first; the upstream's connection was cut at once. */
  | 'client-aborted'
  /** The request cannot be sent on: see `detail`. Nothing was sent. */
  | 'request-refused'
  /** The request's body grew over the limit. */
  | 'request-too-large'
  /** No upstream had the whole request: it may be sent again, elsewhere too. */
  | 'upstream-unreachable'
  /** The connection ended, or the answer was no HTTP, before the answer was complete. */
  | 'upstream-broken'
  | 'first-byte-timeout'
  | 'idle-timeout';

export interface RelayOutcome {
  readonly ended: RelayEnd;
  /** Of the upstream's answer; 0 when there was none. */
  readonly status: number;
  /** The upstream's answer has begun to go to the caller; unless `complete`, its connection was then cut. */
  readonly headSent: boolean;
  /** Bytes of the bodies, without framing. */
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** For logs. */
  readonly detail: string | null;
}

/** Watches an exchange. `onEnd` is called once for every `send`. */
export interface RelayObserver {
  /**
   * Whether an answer says that the upstream did not take the request. The answer is then thrown away and the exchange
   * ends as `upstream-unreachable`, or as `upstream-broken` when the request cannot be sent again.
   */
  declined?(head: ResponseHead): boolean;
  /**
   * The head is there and not yet sent on; gives the lines (see `headerLine`) to be added to it. An observer that has
   * begun the answer itself gets the body sent on in it.
   */
  onResponseHead(head: ResponseHead): string;
  /** An interim answer (1xx) came; it ends here. */
  onInterim?(head: ResponseHead): void;
  /** A piece of the answer's body on its way; valid during the call only. Gives what goes on in its place. */
  onResponseBytes(bytes: Buffer): Buffer;
  onEnd(outcome: RelayOutcome): void;
}
