import {
  addToHash,
  findHeaderName,
  type HeaderName,
  type HeaderSet,
  knownHeaderNames,
  recogniseHeaderName,
  rememberHeaderName,
} from './header-name.ts';

const inName = 1;
const inValue = 2;
const underscore = 4;
/** What each byte may be part of: no control characters, so that no second parser can see a line where we see none. */
const kinds = new Uint8Array(256);
for (let byte = 0; byte < 256; byte += 1) {
  if (/[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(byte)) && byte < 128) kinds[byte] = inName;
  if (byte === 9 || (byte >= 32 && byte !== 127)) kinds[byte] = (kinds[byte] ?? 0) | inValue;
  if (byte === 95) kinds[byte] = (kinds[byte] ?? 0) | underscore;
}

/** Whether a byte may stand in a method or a header's name. */
export function isTokenByte(byte: number): boolean {
  return ((kinds[byte] ?? 0) & inName) !== 0;
}

/** More bytes are needed. */
export const incomplete = -1;
/** These bytes are no head; `problem` says why. */
export const malformed = -2;

const show = (bytes: Buffer, from: number) => JSON.stringify(bytes.toString('latin1', from, from + 40));

/** From so many names on, a set finds one of them faster than a look at each. */
const manyNames = 8;

/**
 * The header lines of one head, by where they stand in its text: most of them leave as they came, many in one piece.
 * One object reads head after head; what it says is about the last one.
 */
export class HeadLines {
  count = 0;
  /** The name of a line that this process does not know has an underscore. */
  underscored = false;
  /** A sentence fragment, once `read` has returned `malformed`. */
  problem = '';
  /** For each line its header, or null when it is none that this process knows. */
  readonly names: (HeaderName | null)[] = [];
  /** For each line: where its name begins, where the name ends, where the value begins and ends. */
  private readonly marks: number[] = [];
  private text = '';
  /** Headers that became known later stand in this head without being recognised. */
  private knownWhenRead = 0;
  /** A bit for every known header that is there, several sharing one: most that are asked for are not. */
  private present = 0;
  /** Where the empty line begins. */
  private end = 0;
  /** Where the first line begins that was not there to its end. */
  private unread = 0;

  /** Reads lines from an offset; gives the offset after the empty line, `incomplete` or `malformed`. */
  read(bytes: Buffer, from: number): number {
    this.count = 0;
    this.underscored = false;
    this.knownWhenRead = knownHeaderNames();
    this.present = 0;
    return this.readOn(bytes, from);
  }

  /** After `incomplete`, with the same bytes and more behind them: goes on at the line that was not complete. */
  resume(bytes: Buffer): number {
    return this.readOn(bytes, this.unread);
  }

  private readOn(bytes: Buffer, from: number): number {
    const { length } = bytes;
    let at = from;
    for (;;) {
      this.unread = at;
      if (at + 1 >= length && (at >= length || bytes[at] === 13)) return incomplete;
      if (bytes[at] === 13) {
        if (bytes[at + 1] !== 10) return this.fail('a line of its head ends without a line feed');
        this.end = at;
        this.text = bytes.toString('latin1', 0, at + 2);
        return at + 2;
      }
      at = this.readLine(bytes, at, length);
      if (at < 0) return at;
    }
  }

  /** The value of a header, lowercase name; values of several lines are joined by a comma, as HTTP means them. */
  header(lower: string): string | undefined {
    const name = findHeaderName(lower);
    if (name === undefined) rememberHeaderName(lower);
    const recognised = name !== undefined && name.index < this.knownWhenRead;
    if (recognised && (this.present & (1 << (name.index & 31))) === 0) return undefined;
    let value: string | undefined;
    for (let line = 0; line < this.count; line += 1) {
      const same = recognised ? (this.names[line] ?? null) === name : this.nameOf(line) === lower;
      if (same) value = value === undefined ? this.value(line) : `${value}, ${this.value(line)}`;
    }
    return value;
  }

  /** Lowercase. */
  nameOf(line: number): string {
    const name = this.names[line] ?? null;
    return name !== null ? name.lower : this.slice(line * 4, line * 4 + 1).toLowerCase();
  }

  value(line: number): string {
    return this.slice(line * 4 + 2, line * 4 + 3);
  }

  /** The text from the first byte of the head. */
  textBetween(from: number, to: number): string {
    return this.text.slice(from, to);
  }

  /**
   * The lines that go on to the next hop, as they were spelled: without those about this hop, without `drop`, and
   * without those that a `Connection` header `named` (lowercase). `withoutHost`: another host is given in its place.
   */
  endToEnd(drop: HeaderSet | undefined, named: readonly string[], withoutHost = false): string {
    const isNamed = named.length > manyNames ? new Set(named) : null;
    let kept = '';
    let from = -1;
    for (let line = 0; line < this.count; line += 1) {
      const name = this.names[line] ?? null;
      const out =
        (name !== null &&
          ((name.role !== 'end-to-end' && (withoutHost || name.role !== 'host')) ||
            drop?.has(name) === true)) ||
        (named.length > 0 && (isNamed?.has(this.nameOf(line)) ?? named.includes(this.nameOf(line))));
      const start = this.marks[line * 4] ?? 0;
      if (!out) {
        if (from === -1) from = start;
      } else if (from !== -1) {
        kept += this.text.slice(from, start);
        from = -1;
      }
    }
    return from === -1 ? kept : kept + this.text.slice(from, this.end);
  }

  private slice(from: number, to: number): string {
    return this.text.slice(this.marks[from], this.marks[to]);
  }

  private fail(problem: string): typeof malformed {
    this.problem = problem;
    return malformed;
  }

  /** Gives the offset of the next line. */
  private readLine(bytes: Buffer, start: number, length: number): number {
    let at = start;
    let hash = 0;
    let seen = 0;
    let byte = bytes[at] ?? 0;
    for (let kind = kinds[byte] ?? 0; at < length && (kind & inName) !== 0; kind = kinds[byte] ?? 0) {
      hash = addToHash(hash, byte);
      seen |= kind;
      at += 1;
      byte = bytes[at] ?? 0;
    }
    if (at >= length) return incomplete;
    if (byte !== 58 || at === start) return this.fail(`a line of its head begins with ${show(bytes, start)}`);
    const nameEnd = at;
    at += 1;
    while (at < length && (bytes[at] === 32 || bytes[at] === 9)) at += 1;
    const valueStart = at;
    while (at < length && ((kinds[bytes[at] ?? 0] ?? 0) & inValue) !== 0) at += 1;
    if (at + 1 >= length && (at >= length || bytes[at] === 13)) return incomplete;
    if (bytes[at] !== 13 || bytes[at + 1] !== 10) {
      return this.fail(`a header has a control character or ends wrongly: ${show(bytes, start)}`);
    }
    const name = recogniseHeaderName(bytes, start, nameEnd, hash);
    if (name === null && (seen & underscore) !== 0) this.underscored = true;
    this.add(name, start, nameEnd, valueStart, at, bytes);
    return at + 2;
  }

  private add(
    name: HeaderName | null,
    start: number,
    nameEnd: number,
    valueStart: number,
    lineEnd: number,
    bytes: Buffer,
  ): void {
    let valueEnd = lineEnd;
    while (valueEnd > valueStart && (bytes[valueEnd - 1] === 32 || bytes[valueEnd - 1] === 9)) valueEnd -= 1;
    const { count, marks } = this;
    this.names[count] = name;
    if (name !== null) this.present |= 1 << (name.index & 31);
    marks[count * 4] = start;
    marks[count * 4 + 1] = nameEnd;
    marks[count * 4 + 2] = valueStart;
    marks[count * 4 + 3] = valueEnd;
    this.count = count + 1;
  }
}
