import { describe, expect, it } from 'vitest';
import { decodeUtf8, describeUtf8Problem } from './decode-utf8.ts';

const bytes = (...parts: readonly (string | readonly number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([...part]))));

const describeBytes = (input: Uint8Array) => {
  const decoded = decodeUtf8(input);
  return decoded.ok ? decoded.text : describeUtf8Problem(decoded.problem);
};

describe('bytes as text', () => {
  it.each([
    ['nothing', bytes(), ''],
    ['characters of one to four bytes', bytes('aé€🐝'), 'aé€🐝'],
    ['the last character of all', bytes([0xf4, 0x8f, 0xbf, 0xbf]), '\u{10ffff}'],
    ['a byte order mark, which is no text', bytes([0xef, 0xbb, 0xbf], 'a: 1'), 'a: 1'],
    ['a replacement character that was written as such', bytes('\ufffd'), '\ufffd'],
    ['a single NUL', bytes('ab', [0], 'cd'), 'ab\0cd'],
  ])('are taken: %s', (_what, input, text) => {
    expect(decodeUtf8(input)).toEqual({ ok: true, text });
  });

  it.each([
    ['Latin-1', bytes('caf', [0xe9], '"'), 'is not UTF-8: byte 0xE9 at offset 3 (line 1, column 4)'],
    ['a lone continuation', bytes([0x80]), 'is not UTF-8: byte 0x80 at offset 0 (line 1, column 1)'],
    ['an overlong slash', bytes('a', [0xc0, 0xaf]), 'is not UTF-8: byte 0xC0 at offset 1 (line 1, column 2)'],
    [
      'an overlong form of three bytes',
      bytes([0xe0, 0x80, 0xaf]),
      'is not UTF-8: byte 0xE0 at offset 0 (line 1, column 1)',
    ],
    [
      'an overlong form of four bytes',
      bytes([0xf0, 0x80, 0x80, 0xaf]),
      'is not UTF-8: byte 0xF0 at offset 0 (line 1, column 1)',
    ],
    ['a surrogate', bytes('x', [0xed, 0xa0, 0x80]), 'is not UTF-8: byte 0xED at offset 1 (line 1, column 2)'],
    [
      'a number beyond Unicode',
      bytes([0xf4, 0x90, 0x80, 0x80]),
      'is not UTF-8: byte 0xF4 at offset 0 (line 1, column 1)',
    ],
    [
      'a byte that no character has',
      bytes('é\n', [0xff]),
      'is not UTF-8: byte 0xFF at offset 3 (line 2, column 1)',
    ],
    [
      'a character where the second byte of another belongs',
      bytes([0xc3], 'é'),
      'is not UTF-8: byte 0xC3 at offset 0 (line 1, column 1)',
    ],
    [
      'the third byte of a character',
      bytes([0xe2, 0x82, 0x41]),
      'is not UTF-8: byte 0xE2 at offset 0 (line 1, column 1)',
    ],
    [
      'a character that is cut at the end',
      bytes('ab', [0xf0, 0x9f, 0x90]),
      'is not UTF-8: it ends inside the character that byte 0xF0 begins at offset 2 (line 1, column 3)',
    ],
    [
      'a line after others, with columns in characters',
      bytes('a: €🐝\r\nb: é', [0xe9], '!'),
      'is not UTF-8: byte 0xE9 at offset 17 (line 2, column 5)',
    ],
    [
      'a column behind a byte order mark',
      bytes([0xef, 0xbb, 0xbf], 'a', [0xe9], '!'),
      'is not UTF-8: byte 0xE9 at offset 4 (line 1, column 2)',
    ],
  ])('are refused with the place of the first bad one: %s', (_what, input, text) => {
    expect(describeBytes(input)).toBe(text);
  });

  it.each([
    ['UTF-16', Buffer.from('\ufeffa: 1', 'utf16le')],
    ['UTF-16', Buffer.from('\ufeffa: 1', 'utf16le').swap16()],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le').swap16()],
    ['UTF-32', bytes([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0])],
    ['UTF-32', bytes([0, 0, 0xfe, 0xff, 0, 0, 0, 0x61])],
    ['UTF-32', bytes([0x61, 0, 0, 0, 0x62, 0, 0, 0])],
    ['UTF-32', bytes([0, 0, 0, 0x61, 0, 0, 0, 0x62])],
  ])('are named when they are %s', (encoding, input) => {
    expect(describeBytes(input)).toBe(`is ${encoding}, not UTF-8`);
  });

  it('are judged as the platform judges them, whatever they are', () => {
    const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    const seen = { good: 0, bad: 0 };
    for (let round = 0; round < 2_000; round++) {
      // Bytes from the borders of every rule, behind a text that keeps them from being taken for UTF-16.
      const borders = [
        0x41, 0x7f, 0x80, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xa0, 0xed, 0x9f, 0xf0, 0x90, 0xf4, 0x8f, 0xf5,
      ];
      const input = bytes(
        'text',
        Array.from({ length: 1 + random(4) }, () => borders[random(borders.length)] ?? 0),
      );
      const text = lenient.decode(input);
      const bad = text.indexOf('\ufffd');
      const decoded = decodeUtf8(input);
      seen[decoded.ok ? 'good' : 'bad'] += 1;
      expect(decoded.ok ? -1 : Buffer.from(input.subarray(0, decoded.problem.offset)).toString().length).toBe(
        bad,
      );
    }
    expect(Math.min(seen.good, seen.bad)).toBeGreaterThan(20);
  });
});
