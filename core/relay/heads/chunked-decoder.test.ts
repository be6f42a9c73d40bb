import { describe, expect, it } from 'vitest';
import { ChunkedDecoder } from './chunked-decoder.ts';

/** Feeds the text cut every `step` bytes. */
function decode(text: string, step: number) {
  const decoder = new ChunkedDecoder();
  const bytes = Buffer.from(text, 'latin1');
  let body = '';
  const sink = { onBody: (piece: Buffer) => (body += piece.toString('latin1')) };
  let end = -1;
  let fed = 0;
  for (; fed < bytes.length && end === -1; fed += step) {
    end = decoder.decode(bytes.subarray(fed, fed + step), 0, sink);
    if (end >= 0) end += fed;
    if (end >= 0) break;
  }
  return { body, end, trailers: decoder.trailers, problem: decoder.problem };
}

const whole =
  '4\r\nwiki\r\n5;a="b"\r\npedia\r\n00E ;b\r\n in\r\n\r\nchunks.\r\n0\r\nX-A: 1\r\nContent-Length: 9\r\n\r\n';

describe('a chunked body', () => {
  it.each([1, 2, 3, 5, 7, 1_000])('is the same cut every %i bytes', (step) => {
    expect(decode(whole, step)).toMatchObject({
      body: 'wikipedia in\r\n\r\nchunks.',
      end: whole.length,
      trailers: ['X-A', '1'],
      problem: '',
    });
  });

  it('ends where it ends', () => {
    expect(decode(`${whole}HTTP/1.1`, 1_000).end).toBe(whole.length);
  });

  it.each([
    ['no size', '\r\n'],
    ['a size that is no number', 'xyz\r\n'],
    ['a negative size', '-1\r\n'],
    ['a size with 0x', '0x5\r\nhello\r\n'],
    ['an absurd size', 'fffffffffffffffff\r\n'],
    ['a lone LF after the size', '5\nhello\r\n'],
    ['more bytes than its size', '3\r\nhello\r\n'],
    ['a size line without end', `5;${'x'.repeat(5_000)}`],
    ['white space after the size', '5 \r\nhello\r\n'],
    ['white space before the size', ' 5\r\nhello\r\n'],
    ['a NUL in an extension', '5;a\0\r\nhello\r\n'],
    ['a carriage return in an extension', '5;a\rb\r\nhello\r\n'],
    ['endless extensions', `1;${'x'.repeat(3_000)}\r\na\r\n`.repeat(6)],
    ['a trailer with a space before its colon', '0\r\nX-A : 1\r\n\r\n'],
    ['a folded trailer', '0\r\nX-A: 1\r\n b: 2\r\n\r\n'],
    ['a trailer without a name', '0\r\n: 1\r\n\r\n'],
    ['a NUL in a trailer', '0\r\nX-A: 1\0\r\n\r\n'],
    ['a trailer without colon', '0\r\nbad\r\n\r\n'],
    ['endless trailers', `0\r\n${'X-A: bbbbbbbbbbbbbbbbbbbb\r\n'.repeat(1_000)}`],
  ])('with %s is refused', (_name, text) => {
    const { end, problem } = decode(text, 1_000);
    expect(end).toBe(-2);
    expect(problem).not.toBe('');
  });
});
