import type { Socket } from 'node:net';
import { ChunkedDecoder } from '../heads/chunked-decoder.ts';
import { incomplete, malformed } from '../heads/head-lines.ts';
import { type RequestHead, RequestHeadReader } from '../heads/request-head.ts';
import { KeptBytes } from '../sockets/kept-bytes.ts';
import { SocketOutput } from '../sockets/socket-output.ts';
import { type CallerLink, CallerRequest } from './caller-request.ts';

/** What a caller may send ahead of the answer it waits for; then its connection is read no further. */
const aheadLimit = 65_536;
/** A rest of a body up to this size is read and thrown away to keep the connection; a longer one ends it. */
const throwAwayLimit = 65_536;
const nothing: Buffer = Buffer.alloc(0);

/** What a connection tells the listener that it belongs to, and asks it for. */
export interface CallerOwner {
  readonly maxHeadBytes: number;
  /** Counts up with time; see `CallerConnection.since`. */
  readonly tick: number;
  onRequest(request: CallerRequest): void;
  /** The whole answer to bytes that are no request; the connection ends with it. */
  renderMalformed(status: number, message: string): string;
  /** Sent on an unused connection before it ends; may be empty. */
  renderGoodbye(): string;
  /** Whether another server takes connections with such a request. */
  isForeign(head: RequestHead): boolean;
  /** The socket belongs to another server, which reads everything from the head on. */
  handOver(socket: Socket): void;
  onClosed(connection: CallerConnection): void;
}

/**
 * One connection of a caller: takes requests off it, one at a time, and keeps the order of answers. In `idle` no byte
 * of a request is there, in `head` some are; `busy` lasts until a request is answered, `rest` until its body has been
 * read as well; `leaving` reads to the end, so that what was sent last is not lost to a reset.
 */
export class CallerConnection implements CallerLink {
  readonly socket: Socket;
  readonly output: SocketOutput;
  readonly remoteAddress: string | undefined;
  readonly head = new RequestHeadReader();
  phase: 'idle' | 'head' | 'busy' | 'rest' | 'leaving' = 'idle';
  /** The owner's tick when the phase began. */
  since: number;
  private readonly owner: CallerOwner;
  private request: CallerRequest | null = null;
  private decoder: ChunkedDecoder | null = null;
  private bodyLeft = 0;
  /** Ticks in which the body was waited for, and its bytes then, since enough of it came the last time. */
  private ticksWaited = 0;
  private bytesBefore = 0;
  /** What was read and is not dealt with yet. */
  private readonly ahead = new KeptBytes();
  private reading = false;
  /** Nobody can say what the bytes that still come mean. */
  private unreadable = false;
  /** The socket was given out; we still see it end. */
  private detached = false;

  constructor(socket: Socket, owner: CallerOwner) {
    this.socket = socket;
    this.output = new SocketOutput(socket);
    this.owner = owner;
    this.since = owner.tick;
    this.remoteAddress = socket.remoteAddress;
    socket.on('data', this.onData);
    socket.on('end', this.onEnd);
    socket.on('drain', this.onDrain);
    socket.on('error', () => socket.destroy()); // what it means is told by the close that follows
    socket.on('close', () => this.onClose());
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  mayContinue(request: CallerRequest): boolean {
    const { body } = request;
    // What follows a request to switch protocols may be of the other one already.
    if (!this.head.keepAlive || this.unreadable || this.head.upgrade !== null) return false;
    if (body === null || body.complete) return true;
    return this.decoder === null && this.bodyLeft <= throwAwayLimit;
  }

  onAnswered(last: boolean): void {
    const body = this.request?.body ?? null;
    this.request = null;
    if (last) {
      this.leave();
      return;
    }
    body?.throwAway();
    if (this.bodyIncomplete) this.enter('rest');
    else this.enterIdle();
    if (this.reading) return;
    if (this.socket.isPaused()) this.socket.resume();
    // Whoever answered may still look at the head, and the next one takes its place.
    if (this.ahead.length > 0) process.nextTick(() => this.readOn(nothing));
  }

  detach(): Buffer {
    const early = this.ahead.take();
    this.request = null;
    this.detached = true;
    this.output.flush();
    this.enter('busy');
    this.socket.removeListener('data', this.onData);
    this.socket.removeListener('end', this.onEnd);
    this.socket.removeListener('drain', this.onDrain);
    this.socket.pause();
    return early;
  }

  /** Ends the connection after the answers that are under way, at once when there are none. */
  endSoon(): void {
    if (this.phase === 'leaving') return;
    if (this.phase === 'busy' || this.phase === 'rest') {
      this.head.keepAlive = false;
      return;
    }
    const goodbye = this.owner.renderGoodbye();
    this.output.text(goodbye);
    this.leave();
  }

  /** Ends the connection at once. */
  cut(): void {
    this.output.flush();
    this.socket.destroy();
  }

  /** Refuses a request whose head took too long. */
  refuseLate(): void {
    this.refuse(408, 'the head of the request did not arrive in time: send it faster');
  }

  /**
   * Called once a tick: in how many ticks the caller owed more of its body, since the last `enough` bytes came. While an
   * upstream is slow, or the answer has begun, nobody owes any.
   */
  bodyTicks(enough: number): number {
    const { request } = this;
    if (request === null || request.body === null || !this.bodyIncomplete) return 0;
    if (this.socket.isPaused() || request.headSent || request.unasked) return this.ticksWaited;
    this.ticksWaited += 1;
    if (request.body.bytes - this.bytesBefore >= enough) {
      this.ticksWaited = 0;
      this.bytesBefore = request.body.bytes;
    }
    return this.ticksWaited;
  }

  /** The rest of the body is not read any more. */
  failBody(problem: string): void {
    const body = this.request?.body ?? null;
    this.unreadable = true;
    this.decoder = null;
    this.bodyLeft = 0;
    body?.fail(problem);
  }

  private get bodyIncomplete(): boolean {
    return this.bodyLeft > 0 || this.decoder !== null;
  }

  private enterIdle(): void {
    this.enter('idle');
    // It may have been told to end after the head of the answer had left, which did not say so.
    if (!this.head.keepAlive) this.endSoon();
  }

  private enter(phase: CallerConnection['phase']): void {
    this.phase = phase;
    this.since = this.owner.tick;
  }

  private readonly onData = (bytes: Buffer): void => {
    if (this.phase === 'leaving' || this.unreadable) return;
    // A head that comes byte by byte is looked at once a line.
    if (this.phase === 'head' && this.ahead.length + bytes.length <= this.owner.maxHeadBytes) {
      if (!bytes.includes(10)) {
        this.ahead.add(bytes);
        return;
      }
    }
    this.readOn(bytes);
  };

  private readonly onEnd = (): void => {
    // A caller that ends its side while it is owed an answer has left.
    if (this.request !== null || this.bodyIncomplete) this.socket.destroy();
    else {
      this.output.flush();
      this.socket.end();
    }
  };

  private readonly onDrain = (): void => {
    if (this.request !== null) this.request.watcher?.onDrain();
    else if (this.ahead.length > 0 && !this.reading) this.readOn(nothing);
  };

  private onClose(): void {
    this.owner.onClosed(this);
    this.request?.watcher?.onGone();
  }

  /** Deals with what was read, as far as it can be now. */
  private readOn(bytes: Buffer): void {
    this.ahead.add(bytes);
    let rest = this.ahead.take();
    this.reading = true;
    while (rest.length > 0 && this.phase !== 'leaving' && !this.unreadable) {
      if (this.bodyIncomplete) {
        rest = this.readBody(rest);
        if (this.phase === 'rest' && !this.bodyIncomplete) this.enterIdle();
      } else if (this.request !== null || this.socket.writableNeedDrain) {
        this.keepAhead(rest);
        break;
      } else {
        const after = this.readHead(rest);
        if (after === null) break;
        rest = after;
      }
    }
    this.reading = false;
    // A head that has begun needs more bytes: only what could be dealt with and is not waits for `drain`.
    const full = this.ahead.length > 0 && this.socket.writableNeedDrain;
    const waits = this.detached || this.phase === 'leaving' || this.request !== null || full;
    if (!waits && this.socket.isPaused()) this.socket.resume();
  }

  private keepAhead(rest: Buffer): void {
    this.ahead.put(rest);
    if (rest.length > aheadLimit || this.request === null) this.socket.pause();
  }

  /** Gives what stands after the head and what is there of its body; null when nothing can be read now. */
  private readHead(bytes: Buffer): Buffer | null {
    const start = skipEmptyLines(bytes);
    const rest = start === 0 ? bytes : bytes.subarray(start);
    if (rest.length === 0) return rest;
    if (rest.length === 1 && rest[0] === 13) {
      this.ahead.put(rest);
      return null;
    }
    const { head } = this;
    const end = this.phase === 'head' ? head.resume(rest) : head.read(rest);
    if (end === malformed) {
      this.refuseMalformed();
      return null;
    }
    if (end > this.owner.maxHeadBytes || (end === incomplete && rest.length > this.owner.maxHeadBytes)) {
      this.refuseLong();
      return null;
    }
    if (end === incomplete) {
      this.ahead.put(rest);
      if (this.phase !== 'head') this.enter('head');
      return null;
    }
    if (this.owner.isForeign(this.head)) {
      this.giveAway(rest);
      return null;
    }
    return this.begin(end === rest.length ? nothing : rest.subarray(end));
  }

  private begin(afterHead: Buffer): Buffer {
    const { head } = this;
    this.enter('busy');
    const request = new CallerRequest(this);
    this.request = request;
    if (head.expect !== null && head.expect !== '100-continue') {
      request.endConnection();
      request.answer(417, 'Expectation Failed', '', '');
      return nothing;
    }
    this.ticksWaited = 0;
    this.bytesBefore = 0;
    this.bodyLeft = head.framing === 'length' ? head.contentLength : 0;
    this.decoder = head.framing === 'chunked' ? new ChunkedDecoder() : null;
    // What is there of the body is read first: with it the whole request can leave in one piece.
    let rest = request.body !== null && afterHead.length > 0 ? this.readBody(afterHead) : afterHead;
    if (head.upgrade !== null) {
      this.keepAhead(rest); // goes out with the socket
      rest = nothing;
    }
    // Of the way here, not of anything behind: RFC 9110 §7.6.2 and §9.3.7.
    if (head.target === '*' || head.maxForwards === 0) request.answer(200, 'OK', '', '');
    else this.owner.onRequest(request);
    return rest;
  }

  /** Gives what stands after the body. */
  private readBody(bytes: Buffer): Buffer {
    const body = this.request?.body ?? null;
    if (this.decoder === null) {
      const taken = Math.min(bytes.length, this.bodyLeft);
      this.bodyLeft -= taken;
      body?.push(taken === bytes.length ? bytes : bytes.subarray(0, taken));
      if (this.bodyLeft === 0) body?.finish([]);
      return bytes.subarray(taken);
    }
    const { decoder } = this;
    const end = decoder.decode(bytes, 0, { onBody: (chunk) => body?.push(chunk) });
    if (end === malformed) {
      this.failBody(decoder.problem);
      return nothing;
    }
    if (end === incomplete) return nothing;
    this.decoder = null;
    body?.finish(decoder.trailers);
    return bytes.subarray(end);
  }

  private refuseMalformed(): void {
    const { problem, problemStatus } = this.head;
    const what =
      problemStatus === 400 ? 'the request is not well-formed HTTP/1.1' : 'the request is not served';
    this.refuse(problemStatus, `${what}: ${problem}`);
  }

  private refuseLong(): void {
    const { lineEnd } = this.head;
    const { maxHeadBytes } = this.owner;
    const most = `may have at most ${Math.floor(maxHeadBytes / 1_024)} KiB`;
    if (lineEnd === 0 || lineEnd > maxHeadBytes)
      this.refuse(414, `the first line of a request ${most}: shorten the URL`);
    else this.refuse(431, `the head of a request ${most}: send less in headers`);
  }

  private refuse(status: number, message: string): void {
    // It may quote bytes of the request; what goes out is Latin-1, and the answer is meant as UTF-8.
    this.output.text(Buffer.from(this.owner.renderMalformed(status, message)).toString('latin1'));
    this.leave();
  }

  /** Ends our side; what still comes is read and thrown away, until the caller ends its own or time is up. */
  private leave(): void {
    this.enter('leaving');
    this.ahead.clear();
    this.output.flush();
    this.socket.end();
    if (this.socket.isPaused()) this.socket.resume();
  }

  private giveAway(bytes: Buffer): void {
    this.detach();
    this.socket.unshift(bytes);
    this.owner.handOver(this.socket);
    this.socket.resume();
  }
}

/** Empty lines before a request are allowed. */
function skipEmptyLines(bytes: Buffer): number {
  let at = 0;
  while (bytes[at] === 13 && bytes[at + 1] === 10) at += 2;
  return at;
}
