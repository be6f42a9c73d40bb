import type { UpstreamTarget } from '../contract/index.ts';
import type { CallerRequest, CallerWatcher } from './callers/caller-request.ts';
import type { Exchange, ExchangeOptions } from './exchange.ts';
import { withoutTrailers } from './heads/chunked-decoder.ts';
import { dateLine } from './heads/date-line.ts';
import type { HeaderSet } from './heads/header-name.ts';
import { mayBeLong, type OutgoingHead, renderOutgoingHead } from './heads/outgoing-head.ts';
import type { ResponseHeadReader } from './heads/response-head.ts';
import type { RelayEnd, RelayObserver } from './relay-outcome.ts';
import { openUpgrade } from './relay-upgrade.ts';
import type { BodyWatcher } from './request-body.ts';
import type { UpstreamConnection, UpstreamFailure, UpstreamReader } from './upstreams/upstream-connection.ts';
import type { UpstreamPool } from './upstreams/upstream-pool.ts';

class HttpExchange implements Exchange, UpstreamReader, BodyWatcher, CallerWatcher {
  private readonly request: CallerRequest;
  private readonly pool: UpstreamPool;
  private readonly observer: RelayObserver;
  private readonly hidden: HeaderSet | undefined;
  private target: UpstreamTarget | null = null;
  private head: OutgoingHead | null = null;
  private connection: UpstreamConnection | null = null;
  private over = false;
  private repeated = false;
  private waitsForDrain = false;
  /** The upstream's answer goes to the caller. */
  private answering = false;
  private status = 0;
  private responseBytes = 0;

  constructor(request: CallerRequest, options: ExchangeOptions) {
    this.request = request;
    this.pool = options.pool;
    this.observer = options.observer;
    this.hidden = options.hiddenHeaders;
    request.body?.limit(options.maxRequestBytes ?? Number.POSITIVE_INFINITY, this);
  }

  send(target: UpstreamTarget, head: OutgoingHead): void {
    const { request } = this;
    this.over = false;
    this.repeated = false;
    this.target = target;
    this.head = head;
    request.watcher = this;
    if (request.gone) this.onGone();
    else if (request.body?.tooLarge === true) this.onTooLarge();
    else if (typeof request.body?.problem === 'string') this.onMalformed(request.body.problem);
    else this.begin(this.pool.take(target));
  }

  cut(): void {
    this.endEarly('upstream-broken', 'cut by the platform');
  }

  onGone(): void {
    this.endEarly('client-aborted', null);
  }

  onTooLarge(): void {
    this.endEarly('request-too-large', null);
  }

  onMalformed(problem: string): void {
    this.endEarly('request-refused', problem);
  }

  onConnected(): void {
    const { connection, head, request } = this;
    if (connection === null || head === null) return;
    const text = renderOutgoingHead(request.head, head);
    if (request.body !== null)
      request.body.sendTo(connection, text, head.asksFirst === true && mayBeLong(request.head), head.drop);
    else {
      connection.output.text(text);
      connection.requestSent = true;
    }
  }

  onContinue(): void {
    this.request.body?.proceed();
  }

  onHead(head: ResponseHeadReader): void {
    const { request } = this;
    if (head.status === 101) {
      this.endEarly('upstream-broken', 'the upstream switched protocols without being asked to');
      return;
    }
    if (this.observer.declined?.(head) === true) {
      this.endEarly(this.repeatable ? 'upstream-unreachable' : 'upstream-broken', 'declined');
      return;
    }
    request.body?.forget();
    this.status = head.status;
    const added = this.observer.onResponseHead(head);
    if (this.over) return;
    this.answering = true;
    if (request.headSent) return;
    const date = head.header('date') === undefined ? dateLine() : '';
    const lines = head.lines.endToEnd(this.hidden, head.named) + added + date;
    request.begin(head.status, head.reason, lines, head.contentLength);
  }

  onInterim(head: ResponseHeadReader): void {
    this.observer.onInterim?.(head);
  }

  /** A body that is not there yet must not hold the head back. */
  onHeadRead(): void {
    if (!this.over) this.request.flush();
  }

  onBody(bytes: Buffer): void {
    if (this.over) return;
    this.responseBytes += bytes.length;
    if (this.request.write(this.observer.onResponseBytes(bytes))) return;
    this.waitsForDrain = true;
    this.connection?.socket.pause();
  }

  onComplete(trailers: readonly string[]): void {
    if (this.over) return;
    this.over = true;
    this.request.end(withoutTrailers(trailers, this.hidden));
    this.finish('complete', null);
  }

  onUpstreamDrain(): void {
    this.connection?.touch();
    this.request.body?.onDrain();
  }

  onFailure(failure: UpstreamFailure): void {
    if (this.over) return;
    const { target } = this;
    if (failure.kind === 'undelivered' && !this.repeated && this.repeatable && target !== null) {
      this.repeated = true;
      this.request.body?.release();
      this.begin(this.pool.open(target));
      return;
    }
    this.finish(this.endOf(failure), failure.detail);
  }

  private get repeatable(): boolean {
    return this.request.body?.repeatable ?? true;
  }

  private endOf(failure: UpstreamFailure): RelayEnd {
    switch (failure.kind) {
      case 'undelivered':
      case 'unreachable':
        return this.repeatable ? 'upstream-unreachable' : 'upstream-broken';
      case 'broken':
        return 'upstream-broken';
      default:
        return failure.kind;
    }
  }

  private begin(connection: UpstreamConnection): void {
    this.connection = connection;
    connection.begin(this, this.request.head.method);
  }

  onDrain(): void {
    if (!this.waitsForDrain || this.connection === null) return;
    this.waitsForDrain = false;
    this.connection.touch();
    this.connection.socket.resume();
  }

  private endEarly(ended: RelayEnd, detail: string | null): void {
    if (this.over) return;
    this.connection?.destroy();
    this.finish(ended, detail);
  }

  private finish(ended: RelayEnd, detail: string | null): void {
    const { request } = this;
    this.over = true;
    this.connection = null;
    request.watcher = null;
    if (ended !== 'complete') {
      request.body?.release();
      if (this.answering) request.cut();
    }
    this.observer.onEnd({
      ended,
      status: this.status,
      headSent: this.answering,
      requestBytes: request.body?.bytes ?? 0,
      responseBytes: this.responseBytes,
      detail,
    });
  }
}

/**
 * Prepares to relay one request, be it an ordinary one or one that asks for another protocol; nothing is sent before
 * a target takes it.
 */
export function openExchange(request: CallerRequest, options: ExchangeOptions): Exchange {
  return request.head.upgrade === null ? new HttpExchange(request, options) : openUpgrade(request, options);
}
