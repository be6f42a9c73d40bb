/** Why bytes are not UTF-8 text. */
export interface Utf8Problem {
  /** Where the first sequence of bytes that is no character begins, from 0. */
  readonly offset: number;
  /** The byte there. */
  readonly byte: number;
  /** The same place as an editor shows it: both from 1, columns in characters. */
  readonly line: number;
  readonly column: number;
  /** Set when the text ends inside a character. */
  readonly cut: boolean;
  /** What the bytes are instead, where that can be told. */
  readonly encoding: 'UTF-16' | 'UTF-32' | null;
}

export type DecodedText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: Utf8Problem };

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The wide encoding that the first bytes belong to: by its byte order mark, else by where an ASCII text has zeros. */
function wideEncoding(bytes: Uint8Array): 'UTF-16' | 'UTF-32' | null {
  const [a = -1, b = -1, c = -1, d = -1] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'UTF-32' : 'UTF-16';
  if (a === 0xfe && b === 0xff) return 'UTF-16';
  if (a === 0 && b === 0 && ((c === 0xfe && d === 0xff) || (c === 0 && d > 0))) return 'UTF-32';
  if (a > 0 && b === 0 && c === 0 && d === 0) return 'UTF-32';
  if ((a > 0 && b === 0 && c > 0 && d === 0) || (a === 0 && b > 0 && c === 0 && d > 0)) return 'UTF-16';
  return null;
}

/** Bytes of a character by its first byte, and what the second one may be (RFC 3629, section 4). */
function sequenceOf(lead: number): { readonly length: number; readonly low: number; readonly high: number } {
  if (lead < 0x80) return { length: 1, low: 0, high: 0 };
  if (lead >= 0xc2 && lead <= 0xdf) return { length: 2, low: 0x80, high: 0xbf };
  // 0xE0 and 0xF0 would begin overlong forms, 0xED surrogates, 0xF4 numbers beyond Unicode.
  if (lead >= 0xe0 && lead <= 0xef) {
    return { length: 3, low: lead === 0xe0 ? 0xa0 : 0x80, high: lead === 0xed ? 0x9f : 0xbf };
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    return { length: 4, low: lead === 0xf0 ? 0x90 : 0x80, high: lead === 0xf4 ? 0x8f : 0xbf };
  }
  return { length: 0, low: 0, high: 0 };
}

/** How the sequence at an offset is: a character of so many bytes, none, or one that the end cuts off. */
function readSequence(bytes: Uint8Array, offset: number): number | 'bad' | 'cut' {
  const { length, low, high } = sequenceOf(bytes[offset] ?? 0);
  if (length === 0) return 'bad';
  for (let index = 1; index < length; index++) {
    const byte = bytes[offset + index];
    if (byte === undefined) return 'cut';
    if (index === 1 ? byte < low || byte > high : byte < 0x80 || byte > 0xbf) return 'bad';
  }
  return length;
}

/** The first place that is no UTF-8; undefined when there is none. */
function findProblem(bytes: Uint8Array): Omit<Utf8Problem, 'encoding'> | undefined {
  let line = 1;
  let column = 1;
  let offset = 0;
  while (offset < bytes.length) {
    const read = readSequence(bytes, offset);
    const byte = bytes[offset] ?? 0;
    if (typeof read === 'string') return { offset, byte, line, column, cut: read === 'cut' };
    // A byte order mark is no character of the text.
    if (offset !== 0 || read !== 3 || byte !== 0xef || bytes[1] !== 0xbb || bytes[2] !== 0xbf) column += 1;
    if (byte === 0x0a) [line, column] = [line + 1, 1];
    offset += read;
  }
  return undefined;
}

/**
 * Bytes as text, when they are UTF-8 from the first to the last; a byte order mark is let by. A text of UTF-16 or
 * UTF-32 is refused although its bytes may be UTF-8 by chance.
 */
export function decodeUtf8(bytes: Uint8Array): DecodedText {
  const encoding = wideEncoding(bytes);
  if (encoding !== null) {
    return {
      ok: false,
      problem: { offset: 0, byte: bytes[0] ?? 0, line: 1, column: 1, cut: false, encoding },
    };
  }
  try {
    return { ok: true, text: decoder.decode(bytes) };
  } catch (error) {
    const problem = findProblem(bytes);
    if (problem === undefined) throw error;
    return { ok: false, problem: { ...problem, encoding } };
  }
}

/** What follows the name of the text in an error: `is not UTF-8: byte 0xE9 at offset 12 (line 2, column 3)`. */
export function describeUtf8Problem(problem: Utf8Problem): string {
  if (problem.encoding !== null) return `is ${problem.encoding}, not UTF-8`;
  const byte = `0x${problem.byte.toString(16).toUpperCase().padStart(2, '0')}`;
  const place = `at offset ${problem.offset} (line ${problem.line}, column ${problem.column})`;
  return problem.cut
    ? `is not UTF-8: it ends inside the character that byte ${byte} begins ${place}`
    : `is not UTF-8: byte ${byte} ${place}`;
}
