import type { IncomingMessage } from 'node:http';
import { connectionOptions, isRemovable, lookUpHeaderName } from './header-name.ts';

/** How a request is sent on. */
export interface OutgoingHead {
  /** Path and query, as it stands in the request line. */
  readonly path: string;
  /** Lowercase names that stay behind. */
  readonly drop: ReadonlySet<string>;
  /** Name, value, … that are added; a caller's own headers of these names must be in `drop`. */
  readonly add: readonly string[];
}

export type RequestFraming = 'none' | 'length' | 'chunked';

export interface RequestHead {
  readonly text: string;
  readonly framing: RequestFraming;
}

/** What would end a header early. */
const unsafe = /[\r\n\0]/;

/**
 * Writes the head of the upstream request: end-to-end headers in the caller's order and spelling, then ours, then
 * the framing, which is always made anew. Gives a sentence fragment when the caller's framing cannot be sent on.
 */
export function buildRequestHead(
  request: IncomingMessage,
  head: OutgoingHead,
  upgrade?: string,
): RequestHead | string {
  const raw = request.rawHeaders;
  let text = `${request.method} ${head.path} HTTP/1.1\r\n`;
  if (unsafe.test(head.path)) return 'the path has control characters';
  let named: readonly string[] = [];
  let length: string | null = null;
  let chunked = false;
  let host = false;
  for (let index = 0; index < raw.length; index += 2) {
    const spelled = raw[index] ?? '';
    const value = raw[index + 1] ?? '';
    const name = lookUpHeaderName(spelled);
    if (name === undefined) return `a header is named ${JSON.stringify(spelled)}`;
    switch (name.role) {
      case 'end-to-end':
        if (name.lower === 'host') {
          if (host) return 'Host is there twice';
          host = true;
        }
        if (!head.drop.has(name.lower)) text += `${spelled}: ${value}\r\n`;
        break;
      case 'connection':
        named = [...named, ...removableOptions(value)];
        break;
      case 'content-length':
        if (length !== null && length !== value) return 'two Content-Length headers differ';
        length = value;
        break;
      case 'transfer-encoding':
        if (chunked || value.toLowerCase() !== 'chunked')
          return `Transfer-Encoding is ${JSON.stringify(value)}`;
        chunked = true;
        break;
      default:
        break;
    }
  }
  if (chunked && length !== null) return 'Content-Length and Transfer-Encoding are both there';
  if (chunked && request.httpVersion === '1.0') return 'HTTP/1.0 has no Transfer-Encoding';
  if (named.length > 0) text = withoutNamedLines(text, named);
  if (!host) text += 'host: localhost\r\n';
  for (let index = 0; index + 1 < head.add.length; index += 2) {
    const value = head.add[index + 1] ?? '';
    if (unsafe.test(value)) return `the value of ${head.add[index]} has control characters`;
    text += `${head.add[index]}: ${value}\r\n`;
  }
  if (upgrade !== undefined) text += `connection: Upgrade\r\nupgrade: ${upgrade}\r\n`;
  if (chunked) return { text: `${text}transfer-encoding: chunked\r\n\r\n`, framing: 'chunked' };
  if (length === null) return { text: `${text}\r\n`, framing: 'none' };
  return {
    text: `${text}content-length: ${length}\r\n\r\n`,
    framing: Number(length) === 0 ? 'none' : 'length',
  };
}

function removableOptions(value: string): readonly string[] {
  const options = connectionOptions(value);
  return options.length === 1 && options[0] === 'keep-alive' ? [] : options.filter(isRemovable);
}

function withoutNamedLines(text: string, named: readonly string[]): string {
  const [first = '', ...lines] = text.split('\r\n');
  const kept = lines.filter((line) => !named.includes(line.slice(0, line.indexOf(':')).toLowerCase()));
  return [first, ...kept].join('\r\n');
}
