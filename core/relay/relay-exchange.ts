import type { IncomingMessage, ServerResponse } from 'node:http';
import type { UpstreamTarget } from '../contract/index.ts';
import { cutConnection } from './cut-connection.ts';
import { withoutHeaders } from './header-name.ts';
import type { ResponseHead } from './parse-response-head.ts';
import type { RelayEnd, RelayObserver } from './relay-outcome.ts';
import { RequestBody } from './request-body.ts';
import { buildRequestHead, type OutgoingHead } from './request-head.ts';
import type { UpstreamConnection, UpstreamFailure, UpstreamReader } from './upstream-connection.ts';
import type { UpstreamPool } from './upstream-pool.ts';
import { watchCaller } from './watch-caller.ts';

export interface ExchangeOptions {
  readonly pool: UpstreamPool;
  readonly observer: RelayObserver;
  /** Longest request body; infinite when absent. */
  readonly maxRequestBytes?: number;
  /** Lowercase names of headers that the upstream has no right to send to the caller. */
  readonly hiddenHeaders?: ReadonlySet<string>;
}

/** One request of a caller, to be answered by one of the targets it is sent to. */
export interface Exchange {
  /**
   * Relays the request to a target and the answer back. After `upstream-unreachable` it may be called again; after
   * any other end the exchange is over. While `headSent` is false, the caller still has to be answered.
   */
  send(target: UpstreamTarget, head: OutgoingHead): void;
}

/** Bytes up to which a body is better sent as text. */
const smallBody = 8_192;

class HttpExchange implements Exchange, UpstreamReader {
  private readonly request: IncomingMessage;
  private readonly response: ServerResponse;
  private readonly pool: UpstreamPool;
  private readonly observer: RelayObserver;
  private readonly body: RequestBody;
  private readonly hidden: ReadonlySet<string> | undefined;
  private target: UpstreamTarget | null = null;
  private head: OutgoingHead | null = null;
  private connection: UpstreamConnection | null = null;
  private over = false;
  private repeated = false;
  private waitsForDrain = false;
  private listensForDrain = false;
  private status = 0;
  private responseBytes = 0;
  private stopWatching: (() => void) | null = null;

  constructor(request: IncomingMessage, response: ServerResponse, options: ExchangeOptions) {
    this.request = request;
    this.response = response;
    this.pool = options.pool;
    this.observer = options.observer;
    this.hidden = options.hiddenHeaders;
    this.body = new RequestBody(request, options.maxRequestBytes ?? Number.POSITIVE_INFINITY, () =>
      this.endEarly('request-too-large', null),
    );
  }

  send(target: UpstreamTarget, head: OutgoingHead): void {
    this.over = false;
    this.repeated = false;
    this.target = target;
    this.head = head;
    this.stopWatching ??= watchCaller(this.request, this.response, () =>
      this.endEarly('client-aborted', null),
    );
    if (this.request.socket.destroyed) this.endEarly('client-aborted', null);
    else this.begin(this.pool.take(target));
  }

  onConnected(): void {
    const { connection, head } = this;
    if (connection === null || head === null) return;
    const built = buildRequestHead(this.request, head);
    if (typeof built === 'string') this.endEarly('request-refused', built);
    else this.body.sendTo(connection, built.text, built.framing);
  }

  onHead(head: ResponseHead): void {
    if (head.status === 101) {
      this.endEarly('upstream-broken', 'the upstream switched protocols without being asked to');
      return;
    }
    if (this.observer.declined?.(head.headers) === true) {
      this.endEarly(this.body.repeatable ? 'upstream-unreachable' : 'upstream-broken', 'declined');
      return;
    }
    this.body.forget();
    this.status = head.status;
    const { response } = this;
    const headers = this.hidden === undefined ? head.headers : withoutHeaders(head.headers, this.hidden);
    this.observer.onResponseHead(head.status, headers);
    if (this.over) return;
    if (head.contentLength !== -1) headers.push('content-length', String(head.contentLength));
    response.writeHead(head.status, head.reason, headers);
  }

  /** A body that is not there yet must not hold the head back. */
  onHeadRead(): void {
    if (!this.over && this.responseBytes === 0) this.response.flushHeaders();
  }

  onBody(bytes: Buffer, last: boolean): void {
    if (this.over) return;
    const whole = last && this.responseBytes === 0 && bytes.length <= smallBody;
    this.responseBytes += bytes.length;
    this.observer.onResponseBytes(bytes);
    // As text, head and body leave in one piece and without a buffer of their own.
    if (whole) this.response.end(bytes.toString('latin1'), 'latin1');
    else if (last) this.response.end(Buffer.from(bytes));
    else if (!this.response.write(Buffer.from(bytes))) this.waitForCaller();
  }

  onComplete(trailers: readonly string[]): void {
    if (this.over) return;
    const { response } = this;
    if (!response.writableEnded) {
      if (trailers.length > 0) response.addTrailers(pairs(trailers));
      response.end();
    }
    this.finish('complete', null);
  }

  onDrain(): void {
    this.connection?.touch();
    this.body.onDrain();
  }

  onFailure(failure: UpstreamFailure): void {
    if (this.over) return;
    const { target } = this;
    if (failure.kind === 'undelivered' && !this.repeated && this.body.repeatable && target !== null) {
      this.repeated = true;
      this.body.release();
      this.begin(this.pool.open(target));
      return;
    }
    this.finish(this.endOf(failure), failure.detail);
  }

  private endOf(failure: UpstreamFailure): RelayEnd {
    switch (failure.kind) {
      case 'undelivered':
      case 'unreachable':
        return this.body.repeatable ? 'upstream-unreachable' : 'upstream-broken';
      case 'broken':
        return 'upstream-broken';
      default:
        return failure.kind;
    }
  }

  private begin(connection: UpstreamConnection): void {
    this.connection = connection;
    connection.begin(this, this.request.method ?? 'GET');
  }

  private waitForCaller(): void {
    this.waitsForDrain = true;
    this.connection?.socket.pause();
    if (this.listensForDrain) return;
    this.listensForDrain = true;
    this.response.on('drain', () => {
      if (!this.waitsForDrain || this.connection === null) return;
      this.waitsForDrain = false;
      this.connection.touch();
      this.connection.socket.resume();
    });
  }

  private endEarly(ended: RelayEnd, detail: string | null): void {
    if (this.over) return;
    this.connection?.destroy();
    this.finish(ended, detail);
  }

  private finish(ended: RelayEnd, detail: string | null): void {
    this.over = true;
    this.connection = null;
    this.body.release();
    this.stopWatching?.();
    this.stopWatching = null;
    const headSent = this.response.headersSent;
    if (headSent && ended !== 'complete') cutConnection(this.request.socket);
    this.observer.onEnd({
      ended,
      status: this.status,
      headSent,
      requestBytes: this.body.bytes,
      responseBytes: this.responseBytes,
      detail,
    });
  }
}

function pairs(flat: readonly string[]): [string, string][] {
  const result: [string, string][] = [];
  for (let index = 0; index + 1 < flat.length; index += 2)
    result.push([flat[index] ?? '', flat[index + 1] ?? '']);
  return result;
}

/** Prepares to relay one request; nothing is read from the caller before a target takes it. */
export function openExchange(
  request: IncomingMessage,
  response: ServerResponse,
  options: ExchangeOptions,
): Exchange {
  return new HttpExchange(request, response, options);
}
