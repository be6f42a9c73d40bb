import { HeadLines, incomplete, isTokenByte, malformed } from './head-lines.ts';
import { readConnectionOptions } from './header-name.ts';

export type BodyFraming = 'none' | 'length' | 'chunked';

/** What a stage may ask of the head of a request; valid until the request has been answered. */
export interface RequestHead {
  readonly method: string;
  /** As it stands in the request line, byte for byte. */
  readonly target: string;
  readonly http10: boolean;
  readonly framing: BodyFraming;
  /** Bytes of the body; 0 unless `framing` is `length`. */
  readonly contentLength: number;
  /** Header lines, known or not. */
  readonly lineCount: number;
  /** The protocol that the caller wants to switch to; null for an ordinary request. */
  readonly upgrade: string | null;
  /** The value of a header (lowercase name); of several lines, joined by commas. */
  header(lower: string): string | undefined;
}

const methodLimit = 24;
const version = Buffer.from('HTTP/1.');
const none: readonly string[] = [];

/** A declared length, or -1 when it is none; one million terabytes is the end of it. */
export function parseLength(value: string): number {
  return /^\d{1,16}$/.test(value) && Number(value) <= Number.MAX_SAFE_INTEGER ? Number(value) : -1;
}

/**
 * The protocols of an `Upgrade` header that may be switched to; null when there are none. HTTP/2 is left out wherever it
 * stands in the list: nobody here could look at its requests, and the request is the HTTP/1.1 request that it also is.
 */
function withoutHttp2(protocols: string): string | null {
  if (protocols !== '' && !/h2/i.test(protocols)) return protocols;
  const kept = protocols.split(',').map((protocol) => protocol.trim());
  const others = kept.filter((protocol) => protocol !== '' && !/^h2c?\b/i.test(protocol));
  return others.length === 0 ? null : others.join(', ');
}

/**
 * Reads the heads of the requests of one connection, one after the other. What two servers could read differently is
 * malformed here: the strictest reading of RFC 9112 where it leaves a choice.
 */
export class RequestHeadReader implements RequestHead {
  method = '';
  target = '';
  http10 = false;
  framing: BodyFraming = 'none';
  contentLength = 0;
  upgrade: string | null = null;
  /** The caller will take another answer on this connection. */
  keepAlive = true;
  /** Value of `Expect`, lowercase; null when there is none. */
  expect: string | null = null;
  /** Lowercase names that `Connection` takes out, beyond those that always stay at a hop. */
  named = none;
  /** It said how long its body is, be it 0. */
  declaresLength = false;
  /** A sentence fragment, once `read` has returned `malformed`. */
  problem = '';
  readonly lines = new HeadLines();

  get lineCount(): number {
    return this.lines.count;
  }

  header(lower: string): string | undefined {
    return this.lines.header(lower);
  }

  /** Reads a head that begins with the first byte; gives the offset after it, `incomplete` or `malformed`. */
  read(bytes: Buffer): number {
    const methodEnd = this.readMethod(bytes);
    if (methodEnd < 0) return methodEnd;
    const targetEnd = this.readTarget(bytes, methodEnd + 1);
    if (targetEnd < 0) return targetEnd;
    const lineEnd = this.readVersion(bytes, targetEnd + 1);
    if (lineEnd < 0) return lineEnd;
    const end = this.lines.read(bytes, lineEnd);
    if (end === malformed) return this.fail(this.lines.problem);
    if (end === incomplete) return incomplete;
    this.method = this.lines.textBetween(0, methodEnd);
    this.target = this.lines.textBetween(methodEnd + 1, targetEnd);
    return this.readMeaning() ? end : malformed;
  }

  private fail(problem: string): typeof malformed {
    this.problem = problem;
    return malformed;
  }

  private readMethod(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length && at <= methodLimit && isTokenByte(bytes[at] ?? 0)) at += 1;
    if (at === bytes.length && at <= methodLimit) return incomplete;
    return bytes[at] === 32 && at > 0 ? at : this.fail('it does not begin with a method');
  }

  private readTarget(bytes: Buffer, from: number): number {
    let at = from;
    for (let byte = bytes[at] ?? 0; at < bytes.length && byte > 32 && byte < 127; byte = bytes[at] ?? 0) {
      at += 1;
    }
    if (at === bytes.length) return incomplete;
    return bytes[at] === 32 && at > from
      ? at
      : this.fail('its target has spaces or other characters than ASCII');
  }

  /** Gives the offset of the first header line. */
  private readVersion(bytes: Buffer, from: number): number {
    for (let index = 0; index < version.length; index += 1) {
      if (from + index >= bytes.length) return incomplete;
      if (bytes[from + index] !== version[index]) return this.fail('its version is not HTTP/1.1 or HTTP/1.0');
    }
    const end = from + version.length;
    if (end + 2 >= bytes.length) return incomplete;
    const minor = bytes[end];
    if ((minor !== 48 && minor !== 49) || bytes[end + 1] !== 13 || bytes[end + 2] !== 10) {
      return this.fail('its version is not HTTP/1.1 or HTTP/1.0');
    }
    this.http10 = minor === 48;
    return end + 3;
  }

  /** Takes from the lines what decides over framing and connection; false when they contradict each other. */
  private readMeaning(): boolean {
    const { lines } = this;
    this.framing = 'none';
    this.contentLength = 0;
    this.keepAlive = !this.http10;
    this.named = none;
    this.expect = null;
    this.upgrade = null;
    let hosts = 0;
    let lengths = 0;
    let codings = 0;
    let asksUpgrade = false;
    let protocol: string | null = null;
    for (let line = 0; line < lines.count; line += 1) {
      const role = lines.names[line]?.role ?? 'end-to-end';
      if (role === 'end-to-end') continue;
      if (role === 'host') hosts += 1;
      else if (role === 'content-length') {
        lengths += 1;
        this.contentLength = parseLength(lines.value(line));
        if (this.contentLength === -1) return this.refuse('its Content-Length is not one number');
        this.framing = this.contentLength === 0 ? 'none' : 'length';
      } else if (role === 'transfer-encoding') {
        codings += 1;
        const value = lines.value(line).toLowerCase();
        if (value !== 'chunked') {
          return this.refuse(
            `its Transfer-Encoding is ${JSON.stringify(value.slice(0, 60))}, and only chunked is known`,
          );
        }
        this.framing = 'chunked';
      } else if (role === 'connection') asksUpgrade = this.readConnection(lines.value(line)) || asksUpgrade;
      else if (role === 'upgrade') protocol = lines.value(line);
      else if (role === 'expect') this.expect = lines.value(line).toLowerCase();
    }
    this.declaresLength = lengths > 0;
    if (this.method === 'CONNECT') return this.refuse('CONNECT is for proxies, and this is none');
    if (lengths > 1) return this.refuse('it has two Content-Length headers');
    if (codings > 1) return this.refuse('it has two Transfer-Encoding headers');
    if (lengths + codings > 1) return this.refuse('it has both Content-Length and Transfer-Encoding');
    if (codings > 0 && this.http10) return this.refuse('HTTP/1.0 has no Transfer-Encoding');
    if (hosts > 1) return this.refuse('it has two Host headers');
    if (hosts === 0 && !this.http10) return this.refuse('it has no Host header');
    if (asksUpgrade && protocol !== null) this.upgrade = withoutHttp2(protocol);
    if (this.upgrade !== null && this.framing !== 'none') return this.refuse('an upgrade cannot have a body');
    return true;
  }

  private refuse(problem: string): false {
    this.problem = problem;
    return false;
  }

  /** Whether `Connection` asks for an upgrade. */
  private readConnection(value: string): boolean {
    const { keepAlive, named, upgrade } = readConnectionOptions(value);
    this.keepAlive = keepAlive ?? this.keepAlive;
    if (named.length > 0) this.named = [...this.named, ...named];
    return upgrade;
  }
}
