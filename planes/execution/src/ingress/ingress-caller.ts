import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type BeelineError, httpStatusOf } from '@beeline/core/base';
import { ingressHeaders, platformErrorBody, platformErrorHeaders } from '@beeline/core/contract';
import {
  type Exchange,
  type ExchangeOptions,
  openExchange,
  openUpgrade,
  watchCaller,
} from '@beeline/core/relay';

/** A gateway with one request. */
export interface IngressCaller {
  readonly request: IncomingMessage;
  readonly gone: boolean;
  /** Calls back when the gateway goes away; the returned function stops that. */
  watch(onGone: () => void): () => void;
  openExchange(options: ExchangeOptions): Exchange;
  /** Answers with the location's error; `undelivered` tells the gateway that it may send the request again. */
  refuse(error: BeelineError, nowMs: number, undelivered: boolean): void;
}

function single(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : 'unknown';
}

function renderRefusal(
  request: IncomingMessage,
  error: BeelineError,
  nowMs: number,
  undelivered: boolean,
): [string, Record<string, string>] {
  const requestId = single(request, 'x-request-id');
  const body = JSON.stringify(platformErrorBody(error, { component: 'location', requestId, nowMs }));
  return [
    body,
    {
      ...platformErrorHeaders(error, 'location'),
      'content-length': String(Buffer.byteLength(body)),
      ...(undelivered ? { [ingressHeaders.undelivered]: 'yes' } : {}),
    },
  ];
}

/** The gateway of an ordinary request. */
export function callerOfRequest(request: IncomingMessage, response: ServerResponse): IngressCaller {
  return {
    request,
    get gone() {
      return request.socket.destroyed;
    },
    watch: (onGone) => watchCaller(request, response, onGone),
    openExchange: (options) => openExchange(request, response, options),
    refuse(error, nowMs, undelivered) {
      if (request.socket.destroyed || response.headersSent) return;
      const [body, headers] = renderRefusal(request, error, nowMs, undelivered);
      // A body that nobody reads must not be taken for the next request.
      if (!request.complete || undelivered) headers.connection = 'close';
      response.writeHead(httpStatusOf(error.kind), headers);
      response.end(body);
    },
  };
}

/** The gateway of a request that asks for another protocol; `early` is what came after its head. */
export function callerOfUpgrade(request: IncomingMessage, socket: Socket, early: Buffer): IngressCaller {
  socket.on('error', () => socket.destroy()); // what it means is told by the close that follows
  return {
    request,
    get gone() {
      return socket.destroyed;
    },
    watch(onGone) {
      socket.on('close', onGone);
      return () => socket.removeListener('close', onGone);
    },
    openExchange: (options) => openUpgrade(request, socket, early, options),
    refuse(error, nowMs, undelivered) {
      if (socket.destroyed) return;
      const [body, headers] = renderRefusal(request, error, nowMs, undelivered);
      const lines = Object.entries({ ...headers, connection: 'close' }).map(
        ([name, value]) => `${name}: ${value}\r\n`,
      );
      socket.end(`HTTP/1.1 ${httpStatusOf(error.kind)} Refused\r\n${lines.join('')}\r\n${body}`);
    },
  };
}
