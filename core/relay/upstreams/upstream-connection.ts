import { connect, type Socket } from 'node:net';
import type { UpstreamTarget } from '../../contract/index.ts';
import { ChunkedDecoder } from '../heads/chunked-decoder.ts';
import { incomplete, malformed } from '../heads/head-lines.ts';
import { ResponseHeadReader } from '../heads/response-head.ts';
import { KeptBytes } from '../sockets/kept-bytes.ts';
import { SocketOutput } from '../sockets/socket-output.ts';
import { classifyFailure, type FailureKind } from './classify-failure.ts';

const headLimit = 65_536;
const nothing = Buffer.alloc(0);

/**
 * All connections read into this one buffer: what was read is dealt with before the next read, and what has to live
 * longer is copied. It spares an allocation of 64 KiB for each read.
 */
const readBuffer = Buffer.allocUnsafeSlow(65_536);

export interface UpstreamFailure {
  readonly kind: FailureKind | 'first-byte-timeout' | 'idle-timeout';
  /** For logs: which end of which connection, and how. */
  readonly detail: string;
}

/** Whoever has an exchange on a connection. After `onComplete` or `onFailure` nothing more is called. */
export interface UpstreamReader {
  /** The request may be written; called at once on a connection that stands. */
  onConnected(): void;
  /** The upstream asks for the body. */
  onContinue?(): void;
  onHead(head: ResponseHeadReader): void;
  /** Another answer of the 1xx sort, before the one that counts. */
  onInterim(head: ResponseHeadReader): void;
  /** The bytes are valid during the call only. */
  onBody(bytes: Buffer): void;
  /** Everything that came together with the head was told, and the answer is not complete. */
  onHeadRead(): void;
  onComplete(trailers: readonly string[]): void;
  /** What was written has left; `write` had returned false. */
  onUpstreamDrain(): void;
  onFailure(failure: UpstreamFailure): void;
}

/** What a connection tells the pool that it belongs to. */
export interface ConnectionOwner {
  readonly nowMs: () => number;
  /** The exchange is complete and the connection may serve another. */
  onFree(connection: UpstreamConnection): void;
  onGone(connection: UpstreamConnection): void;
}

type Phase = 'free' | 'head' | 'length' | 'chunked' | 'until-close';

/** One connection to an upstream and the parser of its answers; serves one exchange after the other. */
export class UpstreamConnection {
  readonly socket: Socket;
  readonly output: SocketOutput;
  readonly key: string;
  /** Exchanges that were completed on it. */
  served = 0;
  lastActivityMs: number;
  /** The whole request was written: from here on the upstream owes a first byte. */
  requestSent = false;
  /** From the upstream's `Keep-Alive` header. */
  keepAliveMs: number | null = null;
  /** Set once the socket was given out; called when nothing moved on it for too long. */
  onIdle: (() => void) | null = null;
  private bytesMoved = 0;
  private readonly owner: ConnectionOwner;
  private readonly unixSocket: boolean;
  private connected = false;
  private reader: UpstreamReader | null = null;
  private method = '';
  private phase: Phase = 'free';
  private answered = false;
  private readonly head = new ResponseHeadReader();
  private readonly partialHead = new KeptBytes();
  private bodyLeft = 0;
  private decoder: ChunkedDecoder | null = null;
  private keepAlive = false;
  private errorCode: string | null = null;

  constructor(target: UpstreamTarget, key: string, owner: ConnectionOwner, asStream: boolean) {
    this.key = key;
    this.owner = owner;
    this.unixSocket = 'socketPath' in target;
    this.lastActivityMs = owner.nowMs();
    const address =
      'socketPath' in target
        ? { path: target.socketPath }
        : { host: target.host, port: target.port, noDelay: true };
    if (asStream) {
      this.socket = connect(address);
      this.socket.on('data', (bytes: Buffer) => this.onData(bytes));
    } else {
      const callback = (length: number) => {
        this.onData(length === readBuffer.length ? readBuffer : readBuffer.subarray(0, length));
        return true;
      };
      this.socket = connect({ ...address, onread: { buffer: readBuffer, callback } });
    }
    this.output = new SocketOutput(this.socket);
    this.socket.on('connect', () => this.onConnect());
    this.socket.on('drain', () => this.reader?.onUpstreamDrain());
    this.socket.on('end', () => this.onEnd());
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.errorCode = error.code ?? error.message;
    });
    this.socket.on('close', () => this.onClose());
  }

  get busy(): boolean {
    return this.reader !== null;
  }

  get headReceived(): boolean {
    return this.phase !== 'head';
  }

  get usable(): boolean {
    return this.reader === null && !this.socket.destroyed && this.socket.writable;
  }

  /** Starts an exchange; `reader.onConnected` is called now or when the connection stands. */
  begin(reader: UpstreamReader, method: string): void {
    this.reader = reader;
    this.method = method;
    this.phase = 'head';
    this.answered = false;
    this.requestSent = false;
    this.lastActivityMs = this.owner.nowMs();
    if (this.connected) reader.onConnected();
  }

  touch(): void {
    this.lastActivityMs = this.owner.nowMs();
  }

  /** For a socket that was given out: counts what moved since the last look as activity. */
  touchIfMoved(): void {
    const moved = this.socket.bytesRead + this.socket.bytesWritten;
    if (moved !== this.bytesMoved) this.touch();
    this.bytesMoved = moved;
  }

  /** Ends the exchange at once, without a word to its reader. */
  destroy(): void {
    this.reader = null;
    this.socket.destroy();
  }

  /** Ends the exchange and tells its reader why. */
  fail(kind: UpstreamFailure['kind'], detail: string): void {
    const reader = this.reader;
    this.destroy();
    reader?.onFailure({ kind, detail: `${detail} (${this.key})` });
  }

  /** Gives the socket out for good, after a 101; what had been read beyond the head comes with it. */
  detach(onIdle: () => void): { readonly socket: Socket; readonly rest: Buffer } {
    const rest = this.partialHead.take();
    this.reader = null;
    this.onIdle = onIdle;
    this.socket.removeAllListeners('data');
    this.socket.removeAllListeners('drain');
    this.socket.removeAllListeners('end');
    return { socket: this.socket, rest };
  }

  private onConnect(): void {
    this.connected = true;
    this.reader?.onConnected();
  }

  private onData(bytes: Buffer): void {
    this.lastActivityMs = this.owner.nowMs();
    this.answered = true;
    let rest: Buffer | null = bytes;
    const beforeHead = this.phase === 'head';
    while (rest !== null && this.phase === 'head' && this.reader !== null) rest = this.readHead(rest);
    if (rest === null) return;
    if (this.reader === null) {
      if (rest.length > 0) this.destroy(); // nobody asked: such a connection must not be used again
      return;
    }
    if (rest.length > 0) this.readBody(rest);
    if (beforeHead && this.phase !== 'head') this.reader?.onHeadRead();
  }

  /** The bytes after the head, or null when the head is not complete or the exchange is over. */
  private readHead(bytes: Buffer): Buffer | null {
    const { head, partialHead } = this;
    const begun = partialHead.length > 0;
    if (begun) partialHead.add(bytes);
    // A head that comes byte by byte is looked at once a line.
    if (begun && partialHead.length <= headLimit && !bytes.includes(10)) return null;
    const all = begun ? partialHead.take() : bytes;
    const end = begun ? head.resume(all) : head.read(all);
    if (end > headLimit || (end === incomplete && all.length > headLimit)) {
      this.fail('broken', `the head of the answer is over ${headLimit} bytes`);
      return null;
    }
    if (end === incomplete) {
      partialHead.put(begun ? all : Buffer.from(bytes));
      return null;
    }
    partialHead.clear();
    if (end === malformed) {
      this.fail('broken', `the answer is not valid HTTP/1.1: ${head.problem}`);
      return null;
    }
    const rest = end === all.length ? nothing : all.subarray(end);
    if (head.status < 200 && head.status !== 101) {
      if (head.status === 100) this.reader?.onContinue?.();
      else this.reader?.onInterim(head);
      return rest;
    }
    if (head.status === 101) partialHead.put(Buffer.from(rest));
    else this.chooseFraming(head);
    if (this.phase === 'free' && rest.length > 0) this.keepAlive = false; // bytes that nobody asked for
    const reader = this.reader;
    reader?.onHead(head);
    if (this.reader === null || this.reader !== reader || head.status === 101) return null;
    if (this.phase !== 'free') return rest;
    this.complete([]);
    return null;
  }

  private chooseFraming(head: ResponseHeadReader): void {
    this.keepAlive = head.keepAlive;
    this.keepAliveMs = head.keepAliveMs;
    const bodiless = this.method === 'HEAD' || head.status === 204 || head.status === 304;
    // A 204 that declares a body may send it, too: those bytes would be read as the next answer.
    if (head.status === 204 && (head.chunked || head.contentLength > 0)) this.keepAlive = false;
    if (bodiless || head.contentLength === 0) this.phase = 'free';
    else if (head.chunked) {
      this.phase = 'chunked';
      this.decoder = new ChunkedDecoder();
    } else if (head.contentLength > 0) {
      this.phase = 'length';
      this.bodyLeft = head.contentLength;
    } else {
      this.phase = 'until-close';
      this.keepAlive = false;
    }
  }

  private readBody(bytes: Buffer): void {
    const reader = this.reader;
    if (reader === null) return;
    if (this.phase === 'until-close') reader.onBody(bytes);
    else if (this.phase === 'chunked') this.readChunked(bytes, reader);
    else this.readLength(bytes, reader);
  }

  private readLength(bytes: Buffer, reader: UpstreamReader): void {
    const surplus = bytes.length - this.bodyLeft;
    if (surplus > 0) this.keepAlive = false; // more than declared: the declared part is the answer
    const body = surplus > 0 ? bytes.subarray(0, this.bodyLeft) : bytes;
    this.bodyLeft -= body.length;
    const last = this.bodyLeft === 0;
    reader.onBody(body);
    if (last && this.reader === reader) this.complete([]);
  }

  private readChunked(bytes: Buffer, reader: UpstreamReader): void {
    const decoder = this.decoder;
    if (decoder === null) return;
    const end = decoder.decode(bytes, 0, reader);
    if (this.reader !== reader) return;
    if (end === malformed) this.fail('broken', `the answer is not valid HTTP/1.1: ${decoder.problem}`);
    if (end < 0) return;
    if (end < bytes.length) this.keepAlive = false;
    this.complete(decoder.trailers);
  }

  private complete(trailers: readonly string[]): void {
    const reader = this.reader;
    // An answer that was there before the request had left was meant for nobody, and the right one is still to come.
    const reusable = this.keepAlive && this.requestSent && !this.output.waits;
    this.reader = null;
    this.decoder = null;
    this.phase = 'free';
    this.served += 1;
    if (!reusable) this.socket.destroy();
    else if (this.socket.isPaused()) this.socket.resume();
    reader?.onComplete(trailers);
    if (reusable) this.owner.onFree(this);
  }

  private onEnd(): void {
    if (this.phase !== 'until-close' || this.reader === null) return;
    this.complete([]);
  }

  private onClose(): void {
    this.owner.onGone(this);
    const reader = this.reader;
    if (reader === null) return;
    this.reader = null;
    const kind = classifyFailure({
      connected: this.connected,
      unsent: this.output.waits,
      answered: this.answered,
      reused: this.served > 0,
      unixSocket: this.unixSocket,
      method: this.method,
      errorCode: this.errorCode,
    });
    const how = this.errorCode ?? 'closed by the upstream';
    reader.onFailure({ kind, detail: `the connection to ${this.key} ended: ${how}` });
  }
}
