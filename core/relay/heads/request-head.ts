import { HeadLines, incomplete, isTokenByte, malformed } from './head-lines.ts';
import { imitatesGuardedName, readConnectionOptions } from './header-name.ts';
import { isHostValue, readRequestTarget } from './request-target.ts';

export type BodyFraming = 'none' | 'length' | 'chunked';

/** What a stage may ask of the head of a request; valid until the request has been answered. */
export interface RequestHead {
  readonly method: string;
  /** Path and query as they stand in the request line, byte for byte; `*` of `OPTIONS *`. */
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
/** Methods that are about the way of a request, not about what stands at its end. */
const refusedMethods: ReadonlySet<string> = new Set(['CONNECT', 'TRACE']);
/** `HTTP/1.1` and its end of line. */
const versionLength = 10;
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
  /** Host and port of an absolute target, which count in place of `Host`; null for a target without. */
  authority: string | null = null;
  /** How many more servers an `OPTIONS` may pass; null when it does not say. */
  maxForwards: number | null = null;
  /** Lowercase names that `Connection` takes out, beyond those that always stay at a hop. */
  named = none;
  /** It said how long its body is, be it 0. */
  declaresLength = false;
  /** A sentence fragment, once `read` has returned `malformed`. */
  problem = '';
  /** The status that goes with it. */
  problemStatus = 400;
  /** Where the request line ends; 0 while it is not there to its end. */
  lineEnd = 0;
  readonly lines = new HeadLines();
  /** A `Connection` header says `close`: nothing else that one says counts against that. */
  private closes = false;
  private methodEnd = 0;
  private targetEnd = 0;
  /** Callers mostly name one host on all of a connection. */
  private lastHost = '';

  get lineCount(): number {
    return this.lines.count;
  }

  header(lower: string): string | undefined {
    return this.authority !== null && lower === 'host' ? this.authority : this.lines.header(lower);
  }

  /** Reads a head that begins with the first byte; gives the offset after it, `incomplete` or `malformed`. */
  read(bytes: Buffer): number {
    this.lineEnd = 0;
    this.problemStatus = 400;
    const methodEnd = this.readMethod(bytes);
    if (methodEnd < 0) return methodEnd;
    const targetEnd = this.readTarget(bytes, methodEnd + 1);
    if (targetEnd < 0) return targetEnd;
    const lineEnd = this.readVersion(bytes, targetEnd + 1);
    if (lineEnd < 0) return lineEnd;
    this.lineEnd = lineEnd;
    this.methodEnd = methodEnd;
    this.targetEnd = targetEnd;
    return this.finish(this.lines.read(bytes, lineEnd));
  }

  /** After `incomplete`, with the same bytes and more behind them: what was read is not read again. */
  resume(bytes: Buffer): number {
    return this.lineEnd > 0 ? this.finish(this.lines.resume(bytes)) : this.read(bytes);
  }

  private finish(end: number): number {
    if (end === malformed) return this.fail(this.lines.problem);
    if (end === incomplete) return incomplete;
    this.method = this.lines.textBetween(0, this.methodEnd);
    if (refusedMethods.has(this.method)) return this.fail(`${this.method} is not served here`, 501);
    const target = readRequestTarget(this.method, this.lines.textBetween(this.methodEnd + 1, this.targetEnd));
    if (typeof target === 'string') return this.fail(target);
    this.target = target.path;
    this.authority = target.authority;
    return this.readMeaning() ? end : malformed;
  }

  private fail(problem: string, status = 400): typeof malformed {
    this.refuse(problem, status);
    return malformed;
  }

  private readMethod(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length && at <= methodLimit && isTokenByte(bytes[at] ?? 0)) at += 1;
    if (at === bytes.length && at <= methodLimit) return incomplete;
    if (at > methodLimit) return this.fail('its method is none that is known here', 501);
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
    for (let index = 0; index < versionLength; index += 1) {
      if (from + index >= bytes.length) return incomplete;
      if (!fitsVersion(index, bytes[from + index] ?? 0)) {
        return this.fail('its first line does not end with a version of HTTP');
      }
    }
    if (bytes[from + 5] !== 49) return this.fail('its version is neither HTTP/1.1 nor HTTP/1.0', 505);
    // A later minor version is read as the latest that is known, RFC 9110 §2.5.
    this.http10 = bytes[from + 7] === 48;
    return from + versionLength;
  }

  /** Takes from the lines what decides over framing and connection; false when they contradict each other. */
  private readMeaning(): boolean {
    const { lines } = this;
    this.framing = 'none';
    this.contentLength = 0;
    this.keepAlive = !this.http10;
    this.closes = false;
    this.named = none;
    this.expect = null;
    this.upgrade = null;
    this.maxForwards = null;
    let host: string | null = null;
    let hosts = 0;
    let lengths = 0;
    let codings: string | null = null;
    let asksUpgrade = false;
    let protocol: string | null = null;
    for (let line = 0; line < lines.count; line += 1) {
      const role = lines.names[line]?.role ?? 'end-to-end';
      if (role === 'end-to-end') continue;
      if (role === 'host') {
        hosts += 1;
        host = lines.value(line);
      } else if (role === 'content-length') {
        lengths += 1;
        this.contentLength = parseLength(lines.value(line));
        if (this.contentLength === -1) return this.refuse('its Content-Length is not one number');
        this.framing = this.contentLength === 0 ? 'none' : 'length';
      } else if (role === 'transfer-encoding') codings = join(codings, lines.value(line));
      else if (role === 'connection') asksUpgrade = this.readConnection(lines.value(line)) || asksUpgrade;
      else if (role === 'upgrade') protocol = join(protocol, lines.value(line));
      else if (role === 'expect') this.expect = join(this.expect, lines.value(line).toLowerCase());
      else if (role === 'max-forwards') this.readMaxForwards(lines.value(line));
    }
    this.declaresLength = lengths > 0;
    if (lines.underscored && this.hasImitation()) return false;
    if (lengths > 1) return this.refuse('it has two Content-Length headers');
    if (lengths > 0 && codings !== null)
      return this.refuse('it has both Content-Length and Transfer-Encoding');
    if (codings !== null && !this.readCodings(codings)) return false;
    if (hosts > 1) return this.refuse('it has two Host headers');
    if (host === null && !this.http10) return this.refuse('it has no Host header');
    if (host !== null && host !== this.lastHost) {
      if (!isHostValue(host)) return this.refuse(`its Host is no host: ${JSON.stringify(host.slice(0, 60))}`);
      this.lastHost = host;
    }
    // HTTP/1.0 knows no upgrades, whatever a proxy let through.
    if (asksUpgrade && protocol !== null && !this.http10) this.upgrade = withoutHttp2(protocol);
    if (this.upgrade !== null && this.framing !== 'none') return this.refuse('an upgrade cannot have a body');
    return true;
  }

  private refuse(problem: string, status = 400): false {
    this.problem = problem;
    this.problemStatus = status;
    return false;
  }

  private readCodings(value: string): boolean {
    const codings = value.toLowerCase();
    if (this.http10) return this.refuse('HTTP/1.0 has no Transfer-Encoding');
    this.framing = 'chunked';
    if (codings === 'chunked') return true;
    const problem = `its Transfer-Encoding is ${JSON.stringify(codings.slice(0, 60))}, and only chunked is known`;
    // With chunked in another place than the last, nobody can say where the body ends.
    const known = codings
      .split(',')
      .slice(0, -1)
      .some((coding) => coding.trim() === 'chunked');
    return this.refuse(problem, known || !/^[\w ,;="-]+$/.test(codings) ? 400 : 501);
  }

  private readMaxForwards(value: string): void {
    if (this.method === 'OPTIONS' && /^\d{1,9}$/.test(value)) this.maxForwards = Number(value);
  }

  private hasImitation(): boolean {
    const { lines } = this;
    for (let line = 0; line < lines.count; line += 1) {
      const name = lines.names[line] === null ? lines.nameOf(line) : '';
      if (!imitatesGuardedName(name)) continue;
      this.refuse(`its header ${name} could be taken for ${name.replaceAll('_', '-')}: leave it out`);
      return true;
    }
    return false;
  }

  /** Whether `Connection` asks for an upgrade. */
  private readConnection(value: string): boolean {
    const { keepAlive, named, upgrade } = readConnectionOptions(value);
    if (keepAlive === false) this.closes = true;
    this.keepAlive = this.closes ? false : (keepAlive ?? this.keepAlive);
    if (named.length > 0) this.named = this.named.length === 0 ? named : this.named.concat(named);
    return upgrade;
  }
}

/** Values of several lines mean what one line with commas means. */
function join(before: string | null, value: string): string {
  return before === null ? value : `${before}, ${value}`;
}

const versionForm = Buffer.from('HTTP/d.d\r\n');

/** Whether a byte may stand at this place of `HTTP/1.1` and its end of line. */
function fitsVersion(place: number, byte: number): boolean {
  const expected = versionForm[place];
  return expected === 100 ? byte >= 48 && byte <= 57 : byte === expected;
}
