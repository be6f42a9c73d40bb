import { connectionOptions, isRemovable, lookUpHeaderName, withoutHeaders } from './header-name.ts';

/** The head of an upstream's answer, ready to be sent on: name, value, … without anything about the hop. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  /** Owned by whoever receives the head. */
  readonly headers: string[];
  /** Bytes of the body as declared; -1 when the body is chunked or ends with the connection. */
  readonly contentLength: number;
  readonly chunked: boolean;
  /** The upstream will take another request on this connection. */
  readonly keepAlive: boolean;
  /** From `Keep-Alive: timeout=`, in milliseconds; null when the upstream did not say. */
  readonly keepAliveMs: number | null;
  /** Value of `Upgrade`, for a 101. */
  readonly upgrade: string | null;
}

/** Control characters, lone CR or LF, folded lines: what would change meaning on its way through a second parser. */
const malformed = /[^\t\r\n\x20-\x7e\x80-\xff]|\r(?!\n)|(?<!\r)\n|\r\n[ \t]/;

function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && (text.charCodeAt(start) === 32 || text.charCodeAt(start) === 9)) start += 1;
  while (end > start && (text.charCodeAt(end - 1) === 32 || text.charCodeAt(end - 1) === 9)) end -= 1;
  return text.slice(start, end);
}

/** A declared length, or -1 when it is none; one million terabytes is the end of it. */
function parseLength(value: string): number {
  return /^\d{1,18}$/.test(value) && Number(value) <= Number.MAX_SAFE_INTEGER ? Number(value) : -1;
}

/**
 * Reads a response head from its text, which ends before the empty line. Gives a sentence fragment instead when the
 * head is not one that can be sent on safely.
 */
export function parseResponseHead(text: string): ResponseHead | string {
  if (malformed.test(text)) return 'its head has control characters or folded lines';
  const firstEnd = text.indexOf('\r\n');
  const statusLine = firstEnd === -1 ? text : text.slice(0, firstEnd);
  const match = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: (.*))?$/.exec(statusLine);
  if (match === null)
    return `it begins with ${JSON.stringify(statusLine.slice(0, 60))}, which is no HTTP/1.1 status line`;

  const headers: string[] = [];
  let named: readonly string[] = [];
  let contentLength = -1;
  let chunked = false;
  let keepAlive = match[1] === '1';
  let keepAliveMs: number | null = null;
  let upgrade: string | null = null;

  let position = firstEnd === -1 ? text.length : firstEnd + 2;
  while (position < text.length) {
    const found = text.indexOf('\r\n', position);
    const end = found === -1 ? text.length : found;
    const colon = text.indexOf(':', position);
    if (colon === -1 || colon > end) return 'a line of its head has no colon';
    const spelled = text.slice(position, colon);
    const name = lookUpHeaderName(spelled);
    if (name === undefined) return `a header is named ${JSON.stringify(spelled.slice(0, 60))}`;
    const value = trimmed(text, colon + 1, end);
    position = end + 2;
    switch (name.role) {
      case 'end-to-end':
        headers.push(spelled, value);
        break;
      case 'content-length': {
        const length = parseLength(value);
        if (length === -1 || (contentLength !== -1 && contentLength !== length)) {
          return 'its Content-Length is not one number';
        }
        contentLength = length;
        break;
      }
      case 'transfer-encoding':
        if (chunked || value.toLowerCase() !== 'chunked') {
          return `its Transfer-Encoding is ${JSON.stringify(value.slice(0, 60))}, and only chunked is known`;
        }
        chunked = true;
        break;
      case 'connection': {
        const options = connectionOptions(value);
        if (options.includes('close')) keepAlive = false;
        else if (options.includes('keep-alive') && match[1] === '0') keepAlive = true;
        const removable = options.filter(isRemovable);
        if (removable.length > 0) named = [...named, ...removable];
        break;
      }
      case 'keep-alive': {
        const seconds = /timeout=(\d{1,6})/.exec(value)?.[1];
        if (seconds !== undefined) keepAliveMs = Number(seconds) * 1_000;
        break;
      }
      case 'upgrade':
        upgrade = value;
        break;
      case 'hop-by-hop':
        break;
    }
  }
  if (chunked && contentLength !== -1) return 'it has both Content-Length and Transfer-Encoding';
  return {
    status: Number(match[2]),
    reason: match[3] ?? '',
    headers: named.length === 0 ? headers : withoutHeaders(headers, new Set(named)),
    contentLength,
    chunked,
    keepAlive,
    keepAliveMs,
    upgrade,
  };
}
