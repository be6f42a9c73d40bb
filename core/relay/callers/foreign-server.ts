import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { limitUnread } from '../../service/index.ts';
import type { RequestHead } from '../heads/request-head.ts';
import { readRequestTarget } from '../heads/request-target.ts';

/** Another server on the port of a listener: it gets the connections whose next request it owns. */
export interface ForeignServer {
  owns(head: RequestHead): boolean;
  /** The socket has nothing read from it that belongs to anybody else. */
  take(socket: Socket): void;
}

/**
 * Requests that are answered by `node:http`: an API, probes, metrics. A connection ends with such an answer, since the
 * next request on it could be the listener's again. A request has to be there after `requestTimeoutMs`.
 */
export function foreignServer(
  owns: ForeignServer['owns'],
  answer: RequestListener,
  requestTimeoutMs = 300_000,
): ForeignServer {
  const limits = {
    maxHeaderSize: 65_536, // the listener has seen the head and knows its size
    requestTimeout: requestTimeoutMs,
    headersTimeout: Math.min(60_000, requestTimeoutMs),
    connectionsCheckingInterval: Math.min(30_000, requestTimeoutMs),
  };
  const server = createServer(limits, (request, response) => {
    response.setHeader('connection', 'close');
    takeHostOfTarget(request);
    answer(request, response);
  });
  limitUnread(server);
  // A server that listens watches its time limits; this one is given its connections, and would wait for ever.
  server.emit('listening');
  server.maxHeadersCount = 0;
  server.maxRequestsPerSocket = 1; // what is pipelined behind is not looked at
  return { owns, take: (socket) => server.emit('connection', socket) };
}

/** An absolute target becomes what it means: a path at a host. */
function takeHostOfTarget(request: IncomingMessage): void {
  const target = readRequestTarget(request.method ?? '', request.url ?? '');
  if (typeof target === 'string' || target.authority === null) return;
  request.url = target.path;
  request.headers.host = target.authority;
}
