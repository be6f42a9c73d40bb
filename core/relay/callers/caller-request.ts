import type { Socket } from 'node:net';
import { dateLine } from '../heads/date-line.ts';
import type { RequestHeadReader } from '../heads/request-head.ts';
import { RequestBody } from '../request-body.ts';
import { cutConnection } from '../sockets/cut-connection.ts';
import type { SocketOutput } from '../sockets/socket-output.ts';

/** The connection that a request came on. */
export interface CallerLink {
  readonly socket: Socket;
  readonly output: SocketOutput;
  readonly remoteAddress: string | undefined;
  readonly head: RequestHeadReader;
  pause(): void;
  resume(): void;
  /** Whether the connection can take another request after this one. */
  mayContinue(request: CallerRequest): boolean;
  /** The answer is complete; `last` when the connection ends with it. */
  onAnswered(last: boolean): void;
  /** Gives the socket out, with what the caller sent after the head. */
  detach(): Buffer;
}

/** Whoever works on a request. */
export interface CallerWatcher {
  /** The caller went away. */
  onGone(): void;
  /** It has taken what was written; `write` had returned false. */
  onDrain(): void;
}

/** One request as the listener hands it out, and the way its answer goes back. */
export class CallerRequest {
  /** Valid until the answer is complete. */
  readonly head: RequestHeadReader;
  /** Null when the request has none. */
  readonly body: RequestBody | null;
  /** Who hears of the caller while its answer is not complete. */
  watcher: CallerWatcher | null = null;
  /** The head of the answer is on its way. */
  headSent = false;
  private readonly link: CallerLink;
  private waitsToBeAsked: boolean;
  private last = false;
  private chunked = false;
  private bodiless = false;
  /** The head of the answer until it goes out, in one piece with the first bytes where they are there already. */
  private unsent = '';

  constructor(link: CallerLink) {
    this.link = link;
    this.head = link.head;
    this.body = link.head.framing === 'none' ? null : new RequestBody(link.head.framing, link);
    this.waitsToBeAsked = link.head.expect !== null && !link.head.http10;
  }

  /** The connection has ended. */
  get gone(): boolean {
    return this.link.socket.destroyed;
  }

  get remoteAddress(): string | undefined {
    return this.link.remoteAddress;
  }

  /** The caller waits to be asked for its body. */
  get unasked(): boolean {
    return this.waitsToBeAsked;
  }

  get encrypted(): boolean {
    return 'encrypted' in this.link.socket;
  }

  /** Somebody will take the body: a caller that waits to be asked for it (`Expect: 100-continue`) is asked. */
  proceed(): void {
    if (!this.waitsToBeAsked || this.headSent) return;
    this.waitsToBeAsked = false;
    if (this.body?.complete === false) this.link.output.text('HTTP/1.1 100 Continue\r\n\r\n');
  }

  /** The connection ends with this answer. To be called before the answer begins. */
  endConnection(): void {
    this.last = true;
  }

  /** Gives a whole answer; `lines` are header lines without framing. Nothing happens when one has begun already. */
  answer(status: number, reason: string, lines: string, body: string): void {
    if (this.headSent || this.gone) return;
    this.begin(status, reason, lines + dateLine(), Buffer.byteLength(body));
    this.write(Buffer.from(body));
    this.end([]);
  }

  /** Sends an interim answer (102) with these header lines, where the caller can take one. */
  interim(lines: string): void {
    if (this.headSent || this.gone || this.head.http10) return;
    this.link.output.text(`HTTP/1.1 102 Processing\r\n${lines}\r\n`);
  }

  /** Begins an answer whose body has a length in bytes, or -1 when that is not known. */
  begin(status: number, reason: string, lines: string, contentLength: number): void {
    const { head } = this;
    this.headSent = true;
    this.bodiless = head.method === 'HEAD' || status === 204 || status === 304;
    let text = `HTTP/1.1 ${status} ${reason}\r\n${lines}`;
    if (contentLength !== -1) {
      if (status !== 204) text += `content-length: ${contentLength}\r\n`;
    } else if (!this.bodiless) {
      this.chunked = !head.http10;
      if (this.chunked) text += 'transfer-encoding: chunked\r\n';
      else this.last = true;
    }
    if (this.waitsToBeAsked || !this.link.mayContinue(this)) this.last = true;
    if (this.last) text += 'connection: close\r\n\r\n';
    else text += head.http10 ? 'connection: keep-alive\r\n\r\n' : '\r\n';
    this.unsent = text;
  }

  /** Sends a piece of the body; the bytes need to be valid during the call only. False: wait for the watcher's `onDrain`. */
  write(bytes: Buffer): boolean {
    if (this.bodiless || bytes.length === 0) return true;
    const before = this.chunked ? `${this.unsent}${bytes.length.toString(16)}\r\n` : this.unsent;
    this.unsent = '';
    return this.link.output.piece(before, bytes, this.chunked ? '\r\n' : '', false);
  }

  /** Sends the head now: its body is not there yet. */
  flush(): void {
    if (this.unsent === '') return;
    this.link.output.text(this.unsent);
    this.unsent = '';
  }

  /** The answer is complete; trailers as name, value, … */
  end(trailers: readonly string[]): void {
    let text = this.unsent;
    this.unsent = '';
    if (this.chunked) {
      text += '0\r\n';
      for (let index = 0; index + 1 < trailers.length; index += 2) {
        text += `${trailers[index]}: ${trailers[index + 1]}\r\n`;
      }
      text += '\r\n';
    }
    this.link.output.text(text);
    this.watcher = null;
    this.link.onAnswered(this.last);
  }

  /** Ends the connection in a way that cannot be taken for the regular end of an answer. */
  cut(): void {
    cutConnection(this.link.socket);
  }

  /** Gives the socket out for another protocol; `early` is what the caller sent after the head. */
  detach(): { readonly socket: Socket; readonly early: Buffer } {
    const early = this.link.detach();
    return { socket: this.link.socket, early };
  }
}
