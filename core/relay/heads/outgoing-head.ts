import { replayLimit } from '../request-body.ts';
import type { HeaderSet } from './header-name.ts';
import type { RequestHeadReader } from './request-head.ts';

/** How a request is sent on. */
export interface OutgoingHead {
  /** Path and query, as it stands in the request line. */
  readonly path: string;
  /** Headers of the caller that stay behind. */
  readonly drop: HeaderSet;
  /** Lines that are added, see `headerLine`; a caller's own headers of these names must be in `drop`. */
  readonly add: string;
  /**
   * The upstream says with `100 Continue` that it takes the request: what of the body could not be sent again waits for
   * that. Only for upstreams that do say it.
   */
  readonly asksFirst?: boolean;
}

/** What would end a header early; heads leave as Latin-1, which makes a line feed of `\u010a`. */
const unsafe = /[\r\n\0\u0100-\uffff]/;

/**
 * One line of a head.
 * @throws RangeError for a value that would end the line early.
 */
export function headerLine(lower: string, value: string): string {
  if (unsafe.test(value)) throw new RangeError(`the value of ${lower} has control characters`);
  return `${lower}: ${value}\r\n`;
}

/** Whether the body may be too long to be sent again. */
export function mayBeLong({
  framing,
  contentLength,
}: Pick<RequestHeadReader, 'framing' | 'contentLength'>): boolean {
  return framing === 'chunked' || (framing === 'length' && contentLength > replayLimit);
}

/**
 * Writes the head of the upstream request: the caller's end-to-end headers in their order and spelling, then ours,
 * then the framing, which is always made anew.
 */
export function renderOutgoingHead(caller: RequestHeadReader, head: OutgoingHead): string {
  let text = `${caller.method} ${head.path} HTTP/1.1\r\n`;
  const { authority } = caller;
  if (authority !== null) text += `host: ${authority}\r\n`;
  else if (caller.http10 && caller.header('host') === undefined) text += 'host: localhost\r\n';
  text += caller.lines.endToEnd(head.drop, caller.named, authority !== null) + head.add;
  if (caller.maxForwards !== null) text += `max-forwards: ${caller.maxForwards - 1}\r\n`;
  if (head.asksFirst === true && mayBeLong(caller)) text += 'expect: 100-continue\r\n';
  if (caller.upgrade !== null) return `${text}connection: Upgrade\r\nupgrade: ${caller.upgrade}\r\n\r\n`;
  if (caller.framing === 'chunked') return `${text}transfer-encoding: chunked\r\n\r\n`;
  // A length of 0 is told too: some methods are expected to say that they have no body.
  return caller.declaresLength ? `${text}content-length: ${caller.contentLength}\r\n\r\n` : `${text}\r\n`;
}
