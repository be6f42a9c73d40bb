import { HeadLines, incomplete, malformed } from './head-lines.ts';
import { readConnectionOptions } from './header-name.ts';
import { parseLength } from './request-head.ts';

/** What an observer may ask of the head of an answer; valid during the call that hands it over. */
export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  /** Bytes of the body as declared; -1 when the body is chunked or ends with the connection. */
  readonly contentLength: number;
  readonly chunked: boolean;
  readonly http10: boolean;
  /** The value of a header (lowercase name); of several lines, joined by commas. */
  header(lower: string): string | undefined;
}

/** The statuses that there are (RFC 9110 §15); a later minor version is read as HTTP/1.1. */
const statusLine = /^HTTP\/1\.(\d) ([1-5]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/;
const statusLineLimit = 512;
const none: readonly string[] = [];

/** Reads the heads of the answers of one connection, one after the other, ready to be sent on. */
export class ResponseHeadReader implements ResponseHead {
  status = 0;
  reason = '';
  contentLength = -1;
  chunked = false;
  /** The upstream will take another request on this connection. */
  keepAlive = true;
  /** From `Keep-Alive: timeout=`, in milliseconds; null when the upstream did not say. */
  keepAliveMs: number | null = null;
  /** Value of `Upgrade`, for a 101. */
  upgrade: string | null = null;
  /** `Connection` names `upgrade`. */
  switches = false;
  http10 = false;
  /** Lowercase names that `Connection` takes out, beyond those that always stay at a hop. */
  named = none;
  /** A sentence fragment, once `read` has returned `malformed`. */
  problem = '';
  readonly lines = new HeadLines();
  private lastLine = '';
  private lineRead = false;
  /** A `Connection` header says `close`: nothing else that one says counts against that. */
  private closes = false;

  header(lower: string): string | undefined {
    return this.lines.header(lower);
  }

  /** Reads a head that begins with the first byte; gives the offset after it, `incomplete` or `malformed`. */
  read(bytes: Buffer): number {
    this.lineRead = false;
    const lineEnd = bytes.indexOf(10);
    if (lineEnd === -1) {
      return bytes.length > statusLineLimit ? this.fail('its status line is too long') : incomplete;
    }
    if (!this.readStatusLine(bytes, lineEnd)) return malformed;
    this.lineRead = true;
    return this.finish(this.lines.read(bytes, lineEnd + 1));
  }

  /** After `incomplete`, with the same bytes and more behind them: what was read is not read again. */
  resume(bytes: Buffer): number {
    return this.lineRead ? this.finish(this.lines.resume(bytes)) : this.read(bytes);
  }

  private finish(end: number): number {
    if (end === malformed) return this.fail(this.lines.problem);
    if (end === incomplete) return incomplete;
    return this.readMeaning() ? end : malformed;
  }

  private fail(problem: string): typeof malformed {
    this.problem = problem;
    return malformed;
  }

  private readStatusLine(bytes: Buffer, lineEnd: number): boolean {
    const line = bytes.toString('latin1', 0, lineEnd - 1);
    // Answers of one connection mostly begin alike.
    if (line === this.lastLine && bytes[lineEnd - 1] === 13) {
      return true;
    }
    const match = statusLine.exec(line);
    if (match === null || bytes[lineEnd - 1] !== 13) {
      this.problem = `it begins with ${JSON.stringify(line.slice(0, 60))}, which is no HTTP/1.1 status line`;
      return false;
    }
    this.lastLine = line;
    this.http10 = match[1] === '0';
    this.status = Number(match[2]);
    this.reason = match[3] ?? '';
    return true;
  }

  private readMeaning(): boolean {
    const { lines } = this;
    this.contentLength = -1;
    this.chunked = false;
    this.keepAliveMs = null;
    this.upgrade = null;
    this.switches = false;
    this.closes = false;
    this.keepAlive = !this.http10;
    this.named = none;
    for (let line = 0; line < lines.count; line += 1) {
      const role = lines.names[line]?.role ?? 'end-to-end';
      if (
        role === 'end-to-end' ||
        role === 'host' ||
        role === 'expect' ||
        role === 'hop-by-hop' ||
        role === 'max-forwards'
      )
        continue;
      const value = lines.value(line);
      if (role === 'content-length') {
        const length = parseLength(value);
        if (length === -1 || (this.contentLength !== -1 && this.contentLength !== length)) {
          return this.refuse('its Content-Length is not one number');
        }
        this.contentLength = length;
      } else if (role === 'transfer-encoding') {
        if (this.chunked || value.toLowerCase() !== 'chunked') {
          return this.refuse(
            `its Transfer-Encoding is ${JSON.stringify(value.slice(0, 60))}, and only chunked is known`,
          );
        }
        this.chunked = true;
      } else if (role === 'connection') this.readConnection(value);
      else if (role === 'upgrade') this.upgrade = this.upgrade === null ? value : `${this.upgrade}, ${value}`;
      else {
        const seconds = /timeout=(\d{1,6})/.exec(value)?.[1];
        if (seconds !== undefined) this.keepAliveMs = Number(seconds) * 1_000;
      }
    }
    if (this.chunked && this.contentLength !== -1) {
      return this.refuse('it has both Content-Length and Transfer-Encoding');
    }
    if (this.chunked && this.http10) return this.refuse('HTTP/1.0 has no Transfer-Encoding');
    if (this.status < 200 && (this.chunked || this.contentLength > 0)) {
      return this.refuse(`a ${this.status} has no body, and its head declares one`);
    }
    return true;
  }

  private refuse(problem: string): false {
    this.problem = problem;
    return false;
  }

  private readConnection(value: string): void {
    const { keepAlive, named, upgrade } = readConnectionOptions(value);
    if (keepAlive === false) this.closes = true;
    if (upgrade) this.switches = true;
    this.keepAlive = this.closes ? false : (keepAlive ?? this.keepAlive);
    if (named.length > 0) this.named = this.named.length === 0 ? named : this.named.concat(named);
  }
}
