import { describe, expect, it } from 'vitest';
import { parseResponseHead } from './parse-response-head.ts';

const parse = (...lines: string[]) => parseResponseHead(lines.join('\r\n'));

describe('a response head', () => {
  it('gives what a relay needs', () => {
    expect(
      parse('HTTP/1.1 200 OK', 'X-A:  padded\t ', 'content-length: 7', 'Keep-Alive: timeout=5, max=100'),
    ).toEqual({
      status: 200,
      reason: 'OK',
      headers: ['X-A', 'padded'],
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
    [['HTTP/1.1 200 OK', 'Connection: x-a', 'X-A: 1', 'X-B: 2'], { headers: ['X-B', '2'] }],
    [['HTTP/1.1 200 OK', 'Transfer-Encoding: Chunked'], { chunked: true, contentLength: -1 }],
    [['HTTP/1.1 200 OK', 'Content-Length: 5', 'Content-Length: 5'], { contentLength: 5 }],
    [['HTTP/1.1 200 OK', 'X-Empty:'], { headers: ['X-Empty', ''] }],
    [['HTTP/1.1 200 OK', 'X-Latin: \xe9'], { headers: ['X-Latin', '\xe9'] }],
    [['HTTP/1.1 101 Go', 'Upgrade: websocket'], { status: 101, upgrade: 'websocket' }],
  ])('%j is read', (lines, expected) => {
    expect(parse(...lines)).toMatchObject(expected);
  });

  it.each([
    ['HTTP/2 200 OK'],
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
    expect(parse(...lines)).toBeTypeOf('string');
  });
});
