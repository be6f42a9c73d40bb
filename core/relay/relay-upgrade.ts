import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { UpstreamTarget } from '../contract/index.ts';
import { cutConnection } from './cut-connection.ts';
import { withoutHeaders } from './header-name.ts';
import type { ResponseHead } from './parse-response-head.ts';
import type { Exchange, ExchangeOptions } from './relay-exchange.ts';
import type { RelayEnd, RelayObserver } from './relay-outcome.ts';
import { buildRequestHead, type OutgoingHead } from './request-head.ts';
import type { UpstreamConnection, UpstreamFailure, UpstreamReader } from './upstream-connection.ts';
import type { UpstreamPool } from './upstream-pool.ts';

/**
 * Relays a request that asks for another protocol (WebSocket and any other). Once the upstream agrees, the two
 * sockets are joined. Until then nothing that the caller sends beyond its head goes anywhere: it could be a second
 * request that nobody looked at.
 */
class UpgradeExchange implements Exchange, UpstreamReader {
  private readonly request: IncomingMessage;
  private readonly caller: Socket;
  private readonly early: Buffer;
  private readonly pool: UpstreamPool;
  private readonly observer: RelayObserver;
  private readonly hidden: ReadonlySet<string> | undefined;
  private head: OutgoingHead | null = null;
  private connection: UpstreamConnection | null = null;
  private upstream: Socket | null = null;
  private over = false;
  private headSent = false;
  private status = 0;
  private requestBytes = 0;
  private responseBytes = 0;
  private endsCut: RelayEnd | null = null;

  constructor(request: IncomingMessage, caller: Socket, early: Buffer, options: ExchangeOptions) {
    this.request = request;
    this.caller = caller;
    this.early = early;
    this.pool = options.pool;
    this.observer = options.observer;
    this.hidden = options.hiddenHeaders;
    caller.on('error', () => caller.destroy()); // what it means is told by the close that follows
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
    this.connection.begin(this, this.request.method ?? 'GET');
  }

  onConnected(): void {
    const { connection, head } = this;
    if (connection === null || head === null) return;
    const built = buildRequestHead(this.request, head, this.request.headers.upgrade);
    if (typeof built === 'string' || built.framing !== 'none') {
      connection.destroy();
      this.finish('request-refused', typeof built === 'string' ? built : 'an upgrade cannot have a body');
      return;
    }
    connection.socket.write(built.text, 'latin1');
    connection.requestSent = true;
  }

  onHead(head: ResponseHead): void {
    if (this.observer.declined?.(head.headers) === true) {
      this.connection?.destroy();
      this.finish('upstream-unreachable', 'declined');
      return;
    }
    const headers = this.hidden === undefined ? head.headers : withoutHeaders(head.headers, this.hidden);
    this.status = head.status;
    this.observer.onResponseHead(head.status, headers);
    const switched = head.status === 101;
    if (head.contentLength !== -1) headers.push('content-length', String(head.contentLength));
    headers.push('connection', switched ? 'Upgrade' : 'close');
    if (switched && head.upgrade !== null) headers.push('upgrade', head.upgrade);
    this.headSent = true;
    this.caller.write(renderHead(head.status, head.reason, headers), 'latin1');
    if (switched) this.join();
  }

  onBody(bytes: Buffer): void {
    this.responseBytes += bytes.length;
    this.observer.onResponseBytes(bytes);
    if (this.caller.write(bytes)) return;
    const { connection } = this;
    connection?.socket.pause();
    this.caller.once('drain', () => connection?.socket.resume());
  }

  onHeadRead(): void {}

  /** The upstream answered without switching: its answer is relayed and both connections end. */
  onComplete(): void {
    this.caller.end();
    this.finish('complete', null);
  }

  onDrain(): void {
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
      if (!caller.writableFinished) caller.destroySoon();
      this.finish(this.endsCut ?? (failed ? 'upstream-broken' : 'complete'), null);
    });
    // `pipe` pauses each side at the other's pace and passes an orderly end on.
    caller.pipe(socket);
    socket.pipe(caller);
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
    if (this.headSent && ended !== 'complete') cutConnection(this.caller);
    this.observer.onEnd({
      ended,
      status: this.status,
      headSent: this.headSent,
      requestBytes: this.requestBytes,
      responseBytes: this.responseBytes,
      detail,
    });
  }
}

function renderHead(status: number, reason: string, headers: readonly string[]): string {
  let text = `HTTP/1.1 ${status} ${reason}\r\n`;
  for (let index = 0; index + 1 < headers.length; index += 2)
    text += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return `${text}\r\n`;
}

/** Prepares to relay a request that asks for another protocol; `early` is what came after its head. */
export function openUpgrade(
  request: IncomingMessage,
  socket: Socket,
  early: Buffer,
  options: ExchangeOptions,
): Exchange {
  return new UpgradeExchange(request, socket, early, options);
}
