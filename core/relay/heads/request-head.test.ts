import { describe, expect, it } from 'vitest';
import { incomplete, malformed } from './head-lines.ts';
import { HeaderSet } from './header-name.ts';
import { headerLine, renderOutgoingHead } from './outgoing-head.ts';
import { RequestHeadReader } from './request-head.ts';
import { ResponseHeadReader } from './response-head.ts';

function read(text: string): RequestHeadReader | string {
  const reader = new RequestHeadReader();
  const end = reader.read(Buffer.from(text, 'latin1'));
  if (end === malformed) return reader.problem;
  expect(end).toBe(text.indexOf('\r\n\r\n') + 4);
  return reader;
}

describe('a request head', () => {
  it('is read and sent on with its lines as they were spelled', () => {
    const text =
      'POST /a/b?c=%20 HTTP/1.1\r\nHOST: h\r\nX-One:1\r\nKeep-Alive: 5\r\nx-TWO: \t two \xe9 \r\nContent-Length: 4\r\nSecret: s\r\n\r\nbody';
    const head = read(text) as RequestHeadReader;
    expect(head).toMatchObject({ method: 'POST', target: '/a/b?c=%20', framing: 'length', contentLength: 4 });
    expect(head.lineCount).toBe(6);
    expect(head.header('x-two')).toBe('two \xe9');
    const drop = new HeaderSet(['secret-not-known-before']);
    expect(renderOutgoingHead(head, { path: '/x', drop, add: headerLine('x-three', '3') })).toBe(
      'POST /x HTTP/1.1\r\nHOST: h\r\nX-One:1\r\nx-TWO: \t two \xe9 \r\nSecret: s\r\nx-three: 3\r\ncontent-length: 4\r\n\r\n',
    );
  });

  it('says nothing of the one before it', () => {
    const reader = new RequestHeadReader();
    reader.read(
      Buffer.from(
        'POST /a HTTP/1.0\r\nHost: h\r\nConnection: x, keep-alive\r\nX: 1\r\nContent-Length: 3\r\n\r\n',
      ),
    );
    reader.read(Buffer.from('GET /b HTTP/1.1\r\nHost: h\r\n\r\n'));
    expect(reader).toMatchObject({
      method: 'GET',
      target: '/b',
      http10: false,
      framing: 'none',
      contentLength: 0,
      keepAlive: true,
      named: [],
      expect: null,
      upgrade: null,
    });
    expect(reader.header('x')).toBeUndefined();
  });

  it('gives the values of a repeated header joined, asked for the first time and again', () => {
    const text = 'GET / HTTP/1.1\r\nHost: h\r\nX-Never-Seen: 1\r\nx-never-seen: 2\r\n\r\n';
    const head = read(text) as RequestHeadReader;
    expect(head.header('x-never-seen')).toBe('1, 2');
    expect(head.header('x-never-seen')).toBe('1, 2');
    expect((read(text) as RequestHeadReader).header('x-never-seen')).toBe('1, 2');
  });

  it('is not complete before its last byte', () => {
    const text = 'DELETE /x HTTP/1.1\r\nHost: h\r\nA:\r\n\r\n';
    for (let length = 0; length < text.length; length += 1) {
      expect(new RequestHeadReader().read(Buffer.from(text.slice(0, length)))).toBe(incomplete);
    }
  });
});

/** Bytes whose every look is counted. */
function counted(bytes: Buffer, looks: { count: number }): Buffer {
  return new Proxy(bytes, {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) looks.count += 1;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Looks at bytes that it takes to read a head of so many lines that comes line by line. */
function looksAtHead(reader: RequestHeadReader | ResponseHeadReader, first: string, lines: number): number {
  const looks = { count: 0 };
  const bytes = Buffer.from(`${first}${'a: b\r\n'.repeat(lines)}\r\n`);
  let end = incomplete;
  for (let at = bytes.indexOf(10) + 1; end === incomplete && at > 0; at = bytes.indexOf(10, at) + 1) {
    const part = counted(bytes.subarray(0, at), looks);
    end = looks.count === 0 ? reader.read(part) : reader.resume(part);
  }
  expect(end).toBe(bytes.length);
  expect(reader.lines.count).toBeGreaterThanOrEqual(lines);
  return looks.count;
}

describe('a head that comes line by line', () => {
  it.each<[string, () => RequestHeadReader | ResponseHeadReader, string]>([
    ['of a request', () => new RequestHeadReader(), 'GET / HTTP/1.1\r\nHost: h\r\n'],
    ['of an answer', () => new ResponseHeadReader(), 'HTTP/1.1 200 OK\r\na: b\r\n'],
  ])('%s is read in time that is proportional to its length', (_whose, reader, first) => {
    const short = looksAtHead(reader(), first, 100);
    const long = looksAtHead(reader(), first, 1_000);
    expect(long / short).toBeLessThan(11);
  });

  it('has all its headers found, those too that became known while it came', () => {
    const reader = new RequestHeadReader();
    const text = 'GET / HTTP/1.1\r\nHost: h\r\nx-late-known: 1\r\nx-late-known: 2\r\n\r\n';
    const bytes = Buffer.from(text);
    expect(reader.read(bytes.subarray(0, text.indexOf('x-late-known: 2')))).toBe(incomplete);
    new HeaderSet(['x-late-known']);
    expect(reader.resume(bytes)).toBe(text.length);
    expect(reader.header('x-late-known')).toBe('1, 2');
  });
});

describe('headers that Connection takes out', () => {
  it.each([1, 40])('stay behind, be they %i', (count) => {
    const names = Array.from({ length: count }, (_, index) => `x-n${index}`);
    const text = `GET / HTTP/1.1\r\nHost: h\r\nConnection: ${names.join(', ')}\r\n${names.map((name) => `${name}: 1\r\n`).join('')}x-kept: 1\r\n\r\n`;
    const head = read(text) as RequestHeadReader;
    expect(head.lines.endToEnd(undefined, head.named)).toBe('Host: h\r\nx-kept: 1\r\n');
  });
});

describe('a line that is added to a head', () => {
  it.each(['a\r\nb: c', 'a\nb', 'a\0', 'a\u010d\u010ab: c'])('cannot end early: %j', (value) => {
    expect(() => headerLine('x-one', value)).toThrow(RangeError);
  });
});

describe('CONNECT', () => {
  it('is refused: what follows it would be no HTTP, and its connection no good for others', () => {
    const head = new RequestHeadReader();
    expect(head.read(Buffer.from('CONNECT /a HTTP/1.1\r\nHost: h\r\n\r\n'))).toBe(malformed);
    expect(head.problem).toContain('CONNECT');
  });
});

describe('an upgrade', () => {
  it.each([
    ['websocket', 'websocket'],
    ['h2c', null],
    ['h2c, websocket', 'websocket'],
    ['websocket,H2C', 'websocket'],
    ['h2c/2.0, h2', null],
    ['foo/2, bar', 'foo/2, bar'],
  ])('to %s is one to %s: HTTP/2 would go past whoever looks at requests', (asked, kept) => {
    const head = new RequestHeadReader();
    const text = `GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: ${asked}\r\n\r\n`;
    expect(head.read(Buffer.from(text))).toBe(text.length);
    expect(head.upgrade).toBe(kept);
  });
});

describe('a name with underscores', () => {
  it.each(['content_length', 'Transfer_Encoding', 'x_forwarded-for', 'X-Beeline_Revision'])(
    'that could be taken for one that frames or names a request is refused: %s',
    (name) => {
      expect(read(`GET / HTTP/1.1\r\nHost: h\r\n${name}: 1\r\n\r\n`)).toBe(
        `its header ${name.toLowerCase()} could be taken for ${name.toLowerCase().replaceAll('_', '-')}: leave it out`,
      );
    },
  );

  it('that imitates nothing is a name like others', () => {
    expect(read('GET / HTTP/1.1\r\nHost: h\r\nsession_id: 1\r\n\r\n')).toMatchObject({ lineCount: 2 });
  });
});
