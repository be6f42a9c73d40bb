import type { IncomingMessage } from 'node:http';
import { isForwardableTrailer } from './chunked-decoder.ts';
import type { RequestFraming } from './request-head.ts';
import type { UpstreamConnection } from './upstream-connection.ts';

/** A body up to this size is kept until the answer begins, so that it can be sent again. */
const replayLimit = 65_536;

/** Bytes up to which the first piece leaves as text, in one write with the head. */
const smallBody = 8_192;

/**
 * The body of one request on its way to an upstream, at the upstream's pace. Nothing is read from the caller before
 * the first connection stands, and a small body can be sent again on another one.
 */
export class RequestBody {
  bytes = 0;
  complete = false;
  /** Set when the caller sent more than it may. */
  tooLarge = false;
  private readonly request: IncomingMessage;
  private readonly maxBytes: number;
  private readonly onTooLarge: () => void;
  private framing: RequestFraming = 'none';
  private connection: UpstreamConnection | null = null;
  private started = false;
  private sent: Buffer[] | null = [];
  /** Text of the head until it goes out, in one piece with the first bytes where they are there already. */
  private head = '';

  constructor(request: IncomingMessage, maxBytes: number, onTooLarge: () => void) {
    this.request = request;
    this.maxBytes = maxBytes;
    this.onTooLarge = onTooLarge;
  }

  /** Whether the request, as far as it was read, can be sent once more. */
  get repeatable(): boolean {
    return this.sent !== null;
  }

  /** Sends head and body; after `release` it may be called again with another connection. */
  sendTo(connection: UpstreamConnection, head: string, framing: RequestFraming): void {
    this.framing = framing;
    if (framing === 'none') {
      this.complete = true;
      connection.socket.write(head, 'latin1');
      connection.requestSent = true;
      return;
    }
    this.connection = connection;
    this.head = head;
    if (this.started) this.sendAgain();
    else this.start();
    process.nextTick(() => this.flushHead());
  }

  /** The answer has begun: the body will not be needed again. */
  forget(): void {
    this.sent = null;
  }

  /** Leaves the connection; what the caller still sends waits. */
  release(): void {
    this.connection = null;
    if (this.started && !this.complete) this.request.pause();
  }

  onDrain(): void {
    if (this.started && !this.complete) this.request.resume();
  }

  private start(): void {
    this.started = true;
    this.request.on('data', (bytes: Buffer) => this.onData(bytes));
    this.request.on('end', () => this.onEnd());
  }

  private sendAgain(): void {
    for (const bytes of this.sent ?? []) this.write(bytes);
    if (this.complete) this.writeEnd();
    else this.request.resume();
  }

  private onData(bytes: Buffer): void {
    this.bytes += bytes.length;
    if (this.bytes > this.maxBytes) {
      this.tooLarge = true;
      this.request.pause();
      this.onTooLarge();
      return;
    }
    if (this.sent !== null) {
      if (this.bytes <= replayLimit) this.sent.push(bytes);
      else this.sent = null;
    }
    if (this.connection === null) return;
    this.connection.touch();
    if (!this.write(bytes)) this.request.pause();
  }

  private onEnd(): void {
    this.complete = true;
    if (this.connection !== null) this.writeEnd();
  }

  private flushHead(): void {
    if (this.head === '' || this.connection === null) return;
    this.connection.socket.write(this.head, 'latin1');
    this.head = '';
  }

  private write(bytes: Buffer): boolean {
    const socket = this.connection?.socket;
    if (socket === undefined) return true;
    const chunked = this.framing === 'chunked';
    if (!chunked && this.head !== '' && bytes.length <= smallBody) {
      const text = this.head + bytes.toString('latin1');
      this.head = '';
      return socket.write(text, 'latin1');
    }
    const before = chunked ? `${this.head}${bytes.length.toString(16)}\r\n` : this.head;
    this.head = '';
    if (before === '') return socket.write(bytes);
    socket.cork();
    socket.write(before, 'latin1');
    const more = socket.write(bytes);
    if (chunked) socket.write('\r\n', 'latin1');
    socket.uncork();
    return more;
  }

  private writeEnd(): void {
    const connection = this.connection;
    if (connection === null) return;
    if (this.framing === 'chunked') {
      connection.socket.write(`${this.head}0\r\n${trailerLines(this.request.rawTrailers)}\r\n`, 'latin1');
      this.head = '';
    }
    this.flushHead();
    connection.requestSent = true;
    connection.touch();
  }
}

function trailerLines(raw: readonly string[]): string {
  let lines = '';
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (isForwardableTrailer(name)) lines += `${name}: ${raw[index + 1]}\r\n`;
  }
  return lines;
}
