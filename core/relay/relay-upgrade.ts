import type { Socket } from 'node:net';
import type { UpstreamTarget } from '../contract/index.ts';
import type { CallerRequest } from './callers/caller-request.ts';
import type { Exchange, ExchangeOptions } from './exchange.ts';
import { checkSwitch } from './heads/check-switch.ts';
import { dateLine } from './heads/date-line.ts';
import type { HeaderSet } from './heads/header-name.ts';
import { type OutgoingHead, renderOutgoingHead } from './heads/outgoing-head.ts';
import type { ResponseHeadReader } from './heads/response-head.ts';
import type { RelayEnd, RelayObserver } from './relay-outcome.ts';
import { cutConnection } from './sockets/cut-connection.ts';
import type { UpstreamConnection, UpstreamFailure, UpstreamReader } from './upstreams/upstream-connection.ts';
import type { UpstreamPool } from './upstreams/upstream-pool.ts';

/**
 * Relays a request that asks for another protocol (WebSocket and any other). Once the upstream agrees, the two
 * sockets are joined. Until then nothing that the caller sends beyond its head goes anywhere: it could be a second
 * request that nobody looked at.
 */
class UpgradeExchange implements Exchange, UpstreamReader {
  private readonly request: CallerRequest;
  private readonly caller: Socket;
  private readonly early: Buffer;
  private readonly pool: UpstreamPool;
  private readonly observer: RelayObserver;
  private readonly hidden: HeaderSet | undefined;
  private head: OutgoingHead | null = null;
  private connection: UpstreamConnection | null = null;
  private upstream: Socket | null = null;
  private over = false;
  private status = 0;
  private requestBytes = 0;
  private responseBytes = 0;
  private endsCut: RelayEnd | null = null;

  constructor(request: CallerRequest, options: ExchangeOptions) {
    const { socket: caller, early } = request.detach();
    this.request = request;
    this.caller = caller;
    this.early = early;
    this.pool = options.pool;
    this.observer = options.observer;
    this.hidden = options.hiddenHeaders;
    caller.on('error', () => caller.destroy()); // what it means is told by the close that follows
    caller.on('end', () => this.onCallerEnd());
    caller.on('close', () => this.onCallerGone());
  }

  send(target: UpstreamTarget, head: OutgoingHead): void {
    this.over = false;
    this.head = head;
    if (this.caller.destroyed) {
      this.finish('client-aborted', null);
      return;
    }
    this.connection = this.pool.open(target, true);
    this.connection.begin(this, this.request.head.method);
  }

  cut(): void {
    this.endsCut = 'upstream-broken';
    if (this.upstream !== null) {
      this.upstream.destroy();
      this.caller.destroy();
      return;
    }
    this.connection?.destroy();
    this.finish('upstream-broken', 'cut by the platform');
  }

  onConnected(): void {
    const { connection, head } = this;
    if (connection === null || head === null) return;
    connection.output.text(renderOutgoingHead(this.request.head, head));
    connection.requestSent = true;
  }

  onHead(head: ResponseHeadReader): void {
    if (this.observer.declined?.(head) === true) {
      this.connection?.destroy();
      this.finish('upstream-unreachable', 'declined');
      return;
    }
    const switched = head.status === 101;
    const problem = switched ? checkSwitch(head, this.request.head.upgrade ?? '') : null;
    if (problem !== null) {
      this.connection?.destroy();
      this.finish('upstream-broken', problem);
      return;
    }
    this.status = head.status;
    const added = this.observer.onResponseHead(head);
    let lines = head.lines.endToEnd(this.hidden, head.named) + added;
    if (!switched && head.header('date') === undefined) lines += dateLine();
    if (head.contentLength !== -1) lines += `content-length: ${head.contentLength}\r\n`;
    lines += switched ? `connection: Upgrade\r\nupgrade: ${head.upgrade ?? ''}\r\n` : 'connection: close\r\n';
    this.request.headSent = true;
    this.caller.write(`HTTP/1.1 ${head.status} ${head.reason}\r\n${lines}\r\n`, 'latin1');
    if (switched) this.join();
  }

  onBody(bytes: Buffer): void {
    this.responseBytes += bytes.length;
    if (this.caller.write(Buffer.from(this.observer.onResponseBytes(bytes)))) return;
    const { connection } = this;
    connection?.socket.pause();
    this.caller.once('drain', () => connection?.socket.resume());
  }

  onHeadRead(): void {}

  onInterim(): void {}

  /** The upstream answered without switching: its answer is relayed and both connections end. */
  onComplete(): void {
    this.leaveCaller();
    this.finish('complete', null);
  }

  onUpstreamDrain(): void {
    this.connection?.touch();
  }

  onFailure(failure: UpstreamFailure): void {
    if (failure.kind === 'undelivered' || failure.kind === 'unreachable') {
      this.finish('upstream-unreachable', failure.detail);
      return;
    }
    this.finish(failure.kind === 'broken' ? 'upstream-broken' : failure.kind, failure.detail);
  }

  private join(): void {
    const { connection, caller } = this;
    if (connection === null) return;
    const { socket, rest } = connection.detach(() => {
      this.endsCut = 'idle-timeout';
      socket.destroy();
      caller.destroy();
    });
    this.upstream = socket;
    const before = { read: socket.bytesRead - rest.length, written: socket.bytesWritten };
    if (rest.length > 0) caller.write(rest);
    if (this.early.length > 0) socket.write(this.early);
    socket.on('close', (failed: boolean) => {
      this.requestBytes = socket.bytesWritten - before.written;
      this.responseBytes = socket.bytesRead - before.read;
      const ended = this.endsCut ?? (failed ? 'upstream-broken' : 'complete');
      if (ended === 'complete') this.leaveCaller();
      this.finish(ended, null);
    });
    // `pipe` pauses each side at the other's pace and passes an orderly end on.
    caller.pipe(socket);
    socket.pipe(caller);
  }

  /** The caller got everything: its connection ends as after any last answer, within the same limits. */
  private leaveCaller(): void {
    if (this.caller.destroyed) return;
    this.caller.unpipe();
    this.request.endConnection();
    this.request.end([]);
  }

  /** A caller that ends its side while it is owed an answer has left; afterwards an end is passed on. */
  private onCallerEnd(): void {
    if (this.upstream === null && !this.caller.writableEnded) this.caller.destroy();
  }

  private onCallerGone(): void {
    if (this.upstream !== null) {
      this.upstream.destroy();
      return;
    }
    this.connection?.destroy();
    this.finish('client-aborted', null);
  }

  private finish(ended: RelayEnd, detail: string | null): void {
    if (this.over) return;
    this.over = true;
    this.connection = null;
    if (this.request.headSent && ended !== 'complete') cutConnection(this.caller);
    this.observer.onEnd({
      ended,
      status: this.status,
      headSent: this.request.headSent,
      requestBytes: this.requestBytes,
      responseBytes: this.responseBytes,
      detail,
    });
  }
}

/** Prepares to relay a request that asks for another protocol; from here on the socket belongs to the exchange. */
export function openUpgrade(request: CallerRequest, options: ExchangeOptions): Exchange {
  return new UpgradeExchange(request, options);
}
