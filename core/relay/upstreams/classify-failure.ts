/** All that is known when a connection ends before its answer is complete. */
export interface FailurePicture {
  /** The connection was established. */
  readonly connected: boolean;
  /** Of the request as far as it is known, the end had not left yet. */
  readonly unsent: boolean;
  /** At least one byte of the answer came. */
  readonly answered: boolean;
  /** The connection had served a request before. */
  readonly reused: boolean;
  readonly unixSocket: boolean;
  readonly method: string;
  /** `ECONNRESET` and the like; null for an orderly end. */
  readonly errorCode: string | null;
}

/**
 * `unreachable`: nothing was sent. `undelivered`: the peer never had the whole request, it may be sent again.
 * `broken`: the peer may have worked on it.
 */
export type FailureKind = 'unreachable' | 'undelivered' | 'broken';

const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/**
 * Says whether a request may be sent again after its connection ended.
 *
 * On a Unix socket a reset tells the truth: the kernel reports it only when the peer closed with bytes unread (or
 * before it accepted), so the peer never had the whole request. Over TCP a reset proves nothing, and an orderly end
 * never does; there only a request that may run twice is sent again, and only when the connection had been idle,
 * where the peer most likely closed it before it saw the request.
 */
export function classifyFailure(picture: FailurePicture): FailureKind {
  if (!picture.connected) return 'unreachable';
  if (picture.answered) return 'broken';
  if (picture.unsent) return 'undelivered';
  const reset = picture.errorCode === 'ECONNRESET' || picture.errorCode === 'EPIPE';
  if (picture.unixSocket && reset) return 'undelivered';
  return picture.reused && idempotent.has(picture.method) ? 'undelivered' : 'broken';
}
