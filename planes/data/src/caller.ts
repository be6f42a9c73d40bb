import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type BeelineError, httpStatusOf } from '@beeline/core/base';
import {
  type Exchange,
  type ExchangeOptions,
  openExchange,
  openUpgrade,
  watchCaller,
} from '@beeline/core/relay';
import { type RefusalContext, renderLastRefusal, renderRefusal } from './render-refusal.ts';

/** Whoever sent a request, whatever the way the answer goes back. */
export interface Caller {
  readonly request: IncomingMessage;
  readonly gone: boolean;
  /** Calls back when the caller goes away; the returned function stops that. */
  watch(onGone: () => void): () => void;
  /** Somebody will take the body: a caller that waits to be asked for it (`Expect: 100-continue`) is asked. */
  proceed(): void;
  openExchange(options: ExchangeOptions): Exchange;
  /** Answers with a platform error; nothing happens when the caller is gone. */
  refuse(error: BeelineError, context: RefusalContext): void;
}

/** After these the caller had better use another connection. */
const closing: ReadonlySet<string> = new Set([
  'SHUTTING_DOWN',
  'REQUEST_ENTITY_TOO_LARGE',
  'IDLE_TIMEOUT',
  // Where a request was not well-formed, nobody can be sure where it ends.
  'REQUEST_INVALID',
]);

class HttpCaller implements Caller {
  readonly request: IncomingMessage;
  private readonly response: ServerResponse;
  private asked: boolean;

  constructor(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) {
    this.request = request;
    this.response = response;
    this.asked = !expectsContinue;
  }

  get gone(): boolean {
    return this.request.socket.destroyed;
  }

  watch(onGone: () => void): () => void {
    return watchCaller(this.request, this.response, onGone);
  }

  proceed(): void {
    if (this.asked) return;
    this.asked = true;
    this.response.writeContinue();
  }

  openExchange(options: ExchangeOptions): Exchange {
    return openExchange(this.request, this.response, options);
  }

  refuse(error: BeelineError, context: RefusalContext): void {
    if (this.gone || this.response.headersSent) return;
    const [body, headers] = renderRefusal(error, context);
    if (closing.has(error.code) || !this.asked) headers.connection = 'close';
    this.response.writeHead(httpStatusOf(error.kind), headers);
    this.response.end(body);
  }
}

class UpgradeCaller implements Caller {
  readonly request: IncomingMessage;
  private readonly socket: Socket;
  private readonly early: Buffer;

  constructor(request: IncomingMessage, socket: Socket, early: Buffer) {
    this.request = request;
    this.socket = socket;
    this.early = early;
    socket.on('error', () => socket.destroy()); // what it means is told by the close that follows
  }

  get gone(): boolean {
    return this.socket.destroyed;
  }

  watch(onGone: () => void): () => void {
    this.socket.on('close', onGone);
    return () => this.socket.removeListener('close', onGone);
  }

  /** A request to switch protocols has no body to be asked for. */
  proceed(): void {}

  openExchange(options: ExchangeOptions): Exchange {
    return openUpgrade(this.request, this.socket, this.early, options);
  }

  refuse(error: BeelineError, context: RefusalContext): void {
    if (this.gone) return;
    this.socket.end(renderLastRefusal(error, context));
  }
}

/** The caller of an ordinary request. */
export function httpCaller(
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
): Caller {
  return new HttpCaller(request, response, expectsContinue);
}

/** The caller of a request that asks for another protocol; `early` is what came after its head. */
export function upgradeCaller(request: IncomingMessage, socket: Socket, early: Buffer): Caller {
  return new UpgradeCaller(request, socket, early);
}
