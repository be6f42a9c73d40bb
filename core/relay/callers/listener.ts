import { createServer, type Server, type Socket } from 'node:net';
import type { BoundedCount, Clock } from '../../base/index.ts';
import type { RequestHead } from '../heads/request-head.ts';
import { CallerConnection, type CallerOwner } from './caller-connection.ts';
import type { CallerRequest } from './caller-request.ts';
import type { ForeignServer } from './foreign-server.ts';

export interface ListenerOptions {
  readonly clock: Clock;
  /** Longest head of a request, in bytes. */
  readonly maxHeadBytes: number;
  /** From the first byte of a head to its last, in milliseconds; also for the rest of a body that nobody needs. */
  readonly headTimeoutMs: number;
  /** How long an unused connection is kept, in milliseconds. */
  readonly keepAliveMs: number;
  /** Bytes per second that a caller has to send of a body that is waited for, over a minute; no limit when absent or 0. */
  readonly minBodyRate?: number;
  /** Connections at once; others may take part in the count. */
  readonly connections: BoundedCount;
  onRequest(request: CallerRequest): void;
  /** The whole answer to bytes that are no request; the connection ends with it. */
  renderMalformed(status: number, message: string): string;
  /** The whole answer to a connection for which there is no room. */
  renderFull(): string;
  /**
   * What an unused connection is told before we end it: a whole answer that says of a request which may be on its way
   * that nobody takes it. Only for callers that know to read it so; nothing is said to others.
   */
  renderGoodbye?(): string;
  /** How long a caller may take to end its side of a connection that we ended, in milliseconds; 1 s when absent. */
  readonly lingerMs?: number;
  readonly foreign?: ForeignServer;
}

/** Takes HTTP/1.1 requests off connections. Put its server on a port or a Unix socket. */
export interface Listener {
  readonly server: Server;
  /** Stops listening; each connection ends with the answer that is under way on it, unused ones end at once. */
  close(): Promise<void>;
  /**
   * Lets those in that wait to be accepted, who would be reset otherwise, and stops listening. Connections go on; to be
   * closed afterwards.
   */
  stopListening(): Promise<void>;
  /** Ends all connections at once. */
  cut(): void;
}

/** A caller that does not end its side of a connection is cut after this. */
const defaultLingerMs = 1_000;
/** A body may stand still for as long as its rate over this time is kept. */
const bodyWindowMs = 60_000;
/** The system hands out one connection at a turn of the loop, and there are at most so many that wait. */
const waitingLimit = 4_096;
/** After so many turns in which nobody came, nobody waits. */
const quietTurns = 3;

class HttpListener implements Listener, CallerOwner {
  readonly server: Server;
  readonly maxHeadBytes: number;
  tick = 0;
  private readonly options: ListenerOptions;
  private readonly open = new Set<CallerConnection>();
  private readonly tickMs: number;
  private cancelTick: (() => void) | null = null;
  private readonly lingerMs: number;
  private accepted = 0;
  private closing = false;
  private cutting = false;
  private stopped: Promise<void> | null = null;
  private ended: Promise<void> | null = null;

  constructor(options: ListenerOptions) {
    this.options = options;
    this.maxHeadBytes = options.maxHeadBytes;
    this.lingerMs = options.lingerMs ?? defaultLingerMs;
    this.tickMs = Math.max(5, Math.min(1_000, options.headTimeoutMs / 4, options.keepAliveMs / 4));
    // A caller that ends its side has not got its answer yet: what that means is decided by the connection.
    this.server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.accept(socket));
  }

  onRequest(request: CallerRequest): void {
    if (this.closing) request.endConnection();
    this.options.onRequest(request);
  }

  renderMalformed(status: number, message: string): string {
    return this.options.renderMalformed(status, message);
  }

  renderGoodbye(): string {
    return this.options.renderGoodbye?.() ?? '';
  }

  isForeign(head: RequestHead): boolean {
    return this.options.foreign?.owns(head) ?? false;
  }

  handOver(socket: Socket): void {
    this.options.foreign?.take(socket);
  }

  onClosed(connection: CallerConnection): void {
    this.open.delete(connection);
    this.options.connections.release();
    if (this.open.size === 0) this.stopTicking();
  }

  async close(): Promise<void> {
    this.closing = true;
    await this.stopListening();
    for (const connection of this.open) connection.endSoon();
    await this.ended;
  }

  stopListening(): Promise<void> {
    this.stopped ??= this.takeWaiting();
    return this.stopped;
  }

  cut(): void {
    this.cutting = true;
    for (const connection of this.open) connection.cut();
  }

  private async takeWaiting(): Promise<void> {
    let quiet = 0;
    for (let turn = 0; turn < waitingLimit && quiet < quietTurns && !this.cutting; turn += 1) {
      const before = this.accepted;
      await new Promise<void>((resolve) => setImmediate(resolve));
      quiet = this.accepted === before ? quiet + 1 : 0;
    }
    this.ended = new Promise((resolve) => this.server.close(() => resolve()));
  }

  private accept(socket: Socket): void {
    this.accepted += 1;
    if (this.cutting) {
      socket.destroy();
      return;
    }
    if (!this.options.connections.take()) {
      this.refuse(socket);
      return;
    }
    this.open.add(new CallerConnection(socket, this));
    if (this.cancelTick === null) this.scheduleTick();
  }

  /** Answers a connection without reading requests from it. It does not count, so nothing it does may keep it. */
  private refuse(socket: Socket): void {
    socket.on('error', () => socket.destroy()); // it goes away in any case
    const cancel = this.options.clock.setTimer(this.lingerMs, () => socket.destroy());
    socket.on('close', cancel);
    // What it sent is read and thrown away: a close with unread bytes would be a reset, and the refusal lost.
    socket.resume();
    socket.end(this.options.renderFull());
  }

  private scheduleTick(): void {
    this.cancelTick = this.options.clock.setTimer(this.tickMs, () => {
      this.tick += 1;
      this.scheduleTick();
      for (const connection of this.open) this.lookAt(connection);
    });
  }

  private stopTicking(): void {
    this.cancelTick?.();
    this.cancelTick = null;
  }

  private lookAtBody(connection: CallerConnection): void {
    const { minBodyRate = 0 } = this.options;
    if (minBodyRate === 0) return;
    const seconds = bodyWindowMs / 1_000;
    if (connection.bodyTicks(minBodyRate * seconds) < bodyWindowMs / this.tickMs) return;
    connection.failBody(`less than ${minBodyRate} bytes per second of its body came for ${seconds} s`);
  }

  private lookAt(connection: CallerConnection): void {
    const { headTimeoutMs, keepAliveMs } = this.options;
    const sinceMs = (this.tick - connection.since) * this.tickMs;
    const { phase, socket } = connection;
    if (phase === 'busy') this.lookAtBody(connection);
    else if (phase === 'head' && sinceMs >= headTimeoutMs) connection.refuseLate();
    else if (phase === 'rest' && sinceMs >= headTimeoutMs) socket.destroy();
    else if (phase === 'idle' && sinceMs >= keepAliveMs) connection.endSoon();
    else if (phase === 'leaving' && sinceMs >= (socket.writableFinished ? this.lingerMs : keepAliveMs))
      socket.destroy();
  }
}

export function createListener(options: ListenerOptions): Listener {
  return new HttpListener(options);
}
