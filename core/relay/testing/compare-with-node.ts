import { mutate, numbers } from '../../testing/index.ts';
import { ChunkedDecoder } from '../heads/chunked-decoder.ts';
import { incomplete, malformed } from '../heads/head-lines.ts';
import { RequestHeadReader } from '../heads/request-head.ts';
import { ResponseHeadReader } from '../heads/response-head.ts';
import { type Reading, type ReadMessage, readAnswerByNode, readRequestByNode } from './read-by-node.ts';

/** What both parsers say of a message, side by side; equal where they agree. */
export interface Comparison {
  readonly text: string;
  readonly ours: unknown;
  readonly nodes: unknown;
}

/** The body of a message of ours. */
interface OurBody {
  readonly body: string;
  readonly trailers: readonly string[];
}

function readChunks(bytes: Buffer): Reading<OurBody> {
  const decoder = new ChunkedDecoder();
  let body = '';
  const end = decoder.decode(bytes, 0, { onBody: (piece) => (body += piece.toString('latin1')) });
  if (end === malformed) return 'refused';
  return end === incomplete ? 'incomplete' : { body, trailers: decoder.trailers };
}

/** The trailers of ours that the other parser saw, too, with the same values. */
function seenTrailers(trailers: readonly string[], { rawTrailers }: ReadMessage['head']): readonly string[] {
  const seen: string[] = [];
  for (let index = 0; index + 1 < rawTrailers.length; index += 2) {
    seen.push(`${rawTrailers[index]}: ${rawTrailers[index + 1]?.trim()}`);
  }
  return trailers.flatMap((name, index) => {
    const value = trailers[index + 1];
    return index % 2 === 0 && seen.includes(`${name}: ${value}`) ? [name, value ?? ''] : [];
  });
}

/** Heads of requests that we take. Methods that Node does not know, and targets that it finds odd, are no other meaning. */
async function compareRequestHead(text: string): Promise<Comparison | null> {
  const ours = new RequestHeadReader();
  const end = ours.read(Buffer.from(text, 'latin1'));
  if (end < 0) return null;
  const body = ours.framing === 'chunked' ? '0\r\n\r\n' : 'x'.repeat(Math.min(ours.contentLength, 99));
  const read = await readRequestByNode(text.slice(0, end) + body);
  if (typeof read === 'string') return null;
  const { head } = read;
  const names = ['content-length', 'transfer-encoding', 'host', 'x-a'];
  return {
    text,
    ours: [
      ours.method,
      ours.authority === null ? ours.target : '',
      ours.lineCount * 2,
      ...names.map((name) => ours.lines.header(name)),
    ],
    nodes: [
      head.method,
      ours.authority === null ? head.url : '',
      head.rawHeaders.length,
      ...names.map((name) => head.headers[name]),
    ],
  };
}

const chunkedHead = 'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n';

async function compareChunkedRequest(text: string): Promise<Comparison | null> {
  const ours = readChunks(Buffer.from(text, 'latin1'));
  if (ours === 'refused') return null;
  const read = await readRequestByNode(chunkedHead + text);
  return compareBodies(text, ours, read);
}

function compareBodies(text: string, ours: Reading<OurBody>, read: Reading<ReadMessage>): Comparison | null {
  if (read === 'refused') return null;
  if (typeof ours === 'string' || typeof read === 'string') {
    const name = (reading: unknown) => (reading === 'incomplete' ? reading : 'complete');
    return { text, ours: name(ours), nodes: name(read) };
  }
  return {
    text,
    ours: [ours.body, ours.trailers],
    nodes: [read.body, seenTrailers(ours.trailers, read.head)],
  };
}

/** The answer after those that come before it (1xx), with its body up to the end of the connection. */
function readAnswer(bytes: Buffer): Reading<{ readonly head: ResponseHeadReader; readonly body: OurBody }> {
  const head = new ResponseHeadReader();
  let rest = bytes;
  for (;;) {
    const end = head.read(rest);
    if (end === malformed || (end >= 0 && head.status === 101)) return 'refused';
    if (end === incomplete) return 'incomplete';
    rest = rest.subarray(end);
    if (head.status >= 200) break;
  }
  const whole = (length: number): OurBody => ({ body: rest.toString('latin1', 0, length), trailers: [] });
  if (head.status === 204 || head.status === 304) return { head, body: whole(0) };
  if (head.chunked) {
    const body = readChunks(rest);
    return typeof body === 'string' ? body : { head, body };
  }
  if (head.contentLength > rest.length) return 'incomplete';
  return { head, body: whole(head.contentLength === -1 ? rest.length : head.contentLength) };
}

async function compareAnswer(text: string): Promise<Comparison | null> {
  const ours = readAnswer(Buffer.from(text, 'latin1'));
  if (ours === 'refused') return null;
  const read = await readAnswerByNode(text);
  const bodies = compareBodies(text, ours === 'incomplete' ? ours : ours.body, read);
  if (bodies === null || typeof ours === 'string' || typeof read === 'string') return bodies;
  const { head } = read;
  return {
    text,
    ours: [
      ours.head.status,
      ours.head.reason,
      ours.head.lines.count * 2,
      ours.head.header('x-a'),
      bodies.ours,
    ],
    nodes: [head.statusCode, head.statusMessage, head.rawHeaders.length, head.headers['x-a'], bodies.nodes],
  };
}

const bytesOfLines = [
  '\r\n',
  '\n',
  '\r',
  ' ',
  '\t',
  ':',
  '\0',
  '\x0b',
  'a',
  '0',
  ',',
  ';',
  '"',
  '\x7f',
  '\xff',
  '_',
];
const lines = [
  'Content-Length: 3\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Connection: close\r\n',
  'Host: other\r\n',
  'X-A: b\r\n',
  'Content-Length: 0\r\n',
];

/** Kinds of messages: how they are compared, what they begin as, and what is put into them. */
const kinds = {
  'heads of requests': {
    compare: compareRequestHead,
    seeds: [
      'GET /a?b HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nX-A: b c\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n',
      'GET http://h:80/a?b HTTP/1.1\r\nHost: h\r\n\r\n',
    ],
    pieces: [...bytesOfLines, ...lines],
  },
  'chunked bodies of requests': {
    compare: compareChunkedRequest,
    seeds: [
      '4\r\nwiki\r\n5;a="b"\r\npedia\r\n0\r\n\r\n',
      'a\r\n0123456789\r\n0\r\nX-A: 1\r\nX-B: 2\r\n\r\n',
      '00003\r\nabc\r\n1\r\n\n\r\n0\r\n\r\n',
      '0\r\n\r\n',
    ],
    pieces: [
      ...bytesOfLines,
      ...lines,
      '0x',
      '-',
      '+',
      'F',
      '5',
      '0\r\n\r\n',
      'ffffffffffffffff',
      '1\r\nx\r\n',
    ],
  },
  answers: {
    compare: compareAnswer,
    seeds: [
      'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-A: b c\r\n\r\nabc',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n',
      'HTTP/1.1 404 Not Found\r\nX-A: 1\r\n\r\nto the end',
      'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nab',
      'HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n',
      'HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab',
    ],
    pieces: [...bytesOfLines, ...lines, '1', '9', 'HTTP/1.1 ', '0\r\n\r\n'],
  },
} as const;

export type MessageKind = keyof typeof kinds;
export const messageKinds = Object.keys(kinds) as readonly MessageKind[];

/**
 * Compares changed messages of one kind with what node:http makes of them. Gives how many both took, and those of which
 * they think differently.
 */
export async function compareWithNode(
  kind: MessageKind,
  seed: number,
  rounds: number,
): Promise<{ readonly compared: number; readonly different: readonly Comparison[] }> {
  const { compare, seeds, pieces } = kinds[kind];
  const next = numbers(seed);
  const different: Comparison[] = [];
  let compared = 0;
  for (let round = 0; round < rounds; round += 1) {
    const comparison = await compare(mutate(next, seeds, pieces));
    if (comparison === null) continue;
    compared += 1;
    if (JSON.stringify(comparison.ours) !== JSON.stringify(comparison.nodes)) different.push(comparison);
  }
  return { compared, different };
}
