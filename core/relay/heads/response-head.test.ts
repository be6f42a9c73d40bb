import { describe, expect, it } from 'vitest';
import { incomplete, malformed } from './head-lines.ts';
import { ResponseHeadReader } from './response-head.ts';

/** What a reader says of a head, its lines among it. */
function read(...lines: string[]) {
  const reader = new ResponseHeadReader();
  const text = `${lines.join('\r\n')}\r\n\r\n`;
  const end = reader.read(Buffer.from(`${text}body`, 'latin1'));
  if (end === malformed) return reader.problem;
  expect(end).toBe(text.length);
  const { status, reason, contentLength, chunked, keepAlive, keepAliveMs, upgrade } = reader;
  const headers = reader.lines.endToEnd(undefined, reader.named);
  return { status, reason, headers, contentLength, chunked, keepAlive, keepAliveMs, upgrade };
}

describe('a response head', () => {
  it('gives what a relay needs', () => {
    expect(
      read('HTTP/1.1 200 OK', 'X-A:  padded\t ', 'content-length: 7', 'Keep-Alive: timeout=5, max=100'),
    ).toEqual({
      status: 200,
      reason: 'OK',
      headers: 'X-A:  padded\t \r\n',
      contentLength: 7,
      chunked: false,
      keepAlive: true,
      keepAliveMs: 5_000,
      upgrade: null,
    });
  });

  it.each([
    [['HTTP/1.1 200'], { status: 200, reason: '', keepAlive: true }],
    [['HTTP/1.1 200 '], { status: 200, reason: '' }],
    [['HTTP/1.0 200 OK'], { keepAlive: false }],
    [['HTTP/1.0 200 OK', 'Connection: Keep-Alive'], { keepAlive: true }],
    [['HTTP/1.1 200 OK', 'Connection: close'], { keepAlive: false }],
    [['HTTP/1.1 200 OK', 'Connection: close', 'Connection: keep-alive'], { keepAlive: false }],
    [['HTTP/1.2 200 OK'], { keepAlive: true }],
    [['HTTP/1.1 200 OK', 'Connection: x-a', 'X-A: 1', 'X-B: 2'], { headers: 'X-B: 2\r\n' }],
    [['HTTP/1.1 200 OK', 'Transfer-Encoding: Chunked'], { chunked: true, contentLength: -1 }],
    [['HTTP/1.1 200 OK', 'Content-Length: 5', 'Content-Length: 5'], { contentLength: 5 }],
    [['HTTP/1.1 200 OK', 'X-Empty:'], { headers: 'X-Empty:\r\n' }],
    [['HTTP/1.1 200 OK', 'X-Latin: \xe9'], { headers: 'X-Latin: \xe9\r\n' }],
    [['HTTP/1.1 101 Go', 'Upgrade: websocket'], { status: 101, upgrade: 'websocket' }],
  ])('%j is read', (lines, expected) => {
    expect(read(...lines)).toMatchObject(expected);
  });

  it.each([
    ['HTTP/2 200 OK'],
    ['HTTP/1.1 600 OK'],
    ['HTTP/1.1 000 OK'],
    ['HTTP/1.0 200 OK', 'Transfer-Encoding: chunked'],
    ['HTTP/1.1 103 Hints', 'Content-Length: 1'],
    ['HTTP/1.1 103 Hints', 'Transfer-Encoding: chunked'],
    ['HTTP/1.1 20 OK'],
    ['HTTP/1.1  200 OK'],
    ['HTTP/1.1 200 OK', 'no colon'],
    ['HTTP/1.1 200 OK', ': empty'],
    ['HTTP/1.1 200 OK', 'X A: 1'],
    ['HTTP/1.1 200 OK', 'X-A : 1'],
    ['HTTP/1.1 200 OK', 'X-A: 1', ' folded'],
    ['HTTP/1.1 200 OK', 'X-A: a\0b'],
    ['HTTP/1.1 200 OK', 'X-A: a\nb'],
    ['HTTP/1.1 200 OK', 'X-A: a\rb'],
    ['HTTP/1.1 200 OK', 'Content-Length: 5, 5'],
    ['HTTP/1.1 200 OK', 'Content-Length: 0x5'],
    ['HTTP/1.1 200 OK', 'Content-Length: 99999999999999999999'],
    ['HTTP/1.1 200 OK', 'Content-Length:'],
    ['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked, chunked'],
    ['HTTP/1.1 200 OK', 'Transfer-Encoding: identity'],
    ['HTTP/1.1 200 OK', 'Transfer-Encoding: chunked', 'Content-Length: 5'],
  ])('%j is refused with a reason', (...lines) => {
    expect(read(...lines)).toBeTypeOf('string');
  });

  it('is not complete before its last byte', () => {
    const text = 'HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 0\r\n\r\n';
    const reader = new ResponseHeadReader();
    for (let length = 0; length < text.length; length += 1) {
      expect(reader.read(Buffer.from(text.slice(0, length)))).toBe(incomplete);
    }
    expect(reader.read(Buffer.from(text))).toBe(text.length);
  });

  it('says nothing of the one before it', () => {
    const reader = new ResponseHeadReader();
    const lines = 'X-A: 1\r\nConnection: close, X-A\r\nContent-Length: 3\r\nKeep-Alive: timeout=2\r\n';
    reader.read(Buffer.from(`HTTP/1.1 404 Gone\r\n${lines}\r\n`));
    reader.read(Buffer.from('HTTP/1.1 200 OK\r\nX-A: 2\r\n\r\n'));
    expect(reader).toMatchObject({
      status: 200,
      keepAlive: true,
      contentLength: -1,
      keepAliveMs: null,
      named: [],
    });
    expect(reader.header('x-a')).toBe('2');
    expect(reader.header('content-length')).toBeUndefined();
  });
});
