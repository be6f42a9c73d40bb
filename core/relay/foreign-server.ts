import { createServer, type RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestHead } from './request-head.ts';

/** Another server on the port of a listener: it gets the connections whose next request it owns. */
export interface ForeignServer {
  owns(head: RequestHead): boolean;
  /** The socket has nothing read from it that belongs to anybody else. */
  take(socket: Socket): void;
}

/**
 * Requests that are answered by `node:http`: an API, probes, metrics. A connection ends with such an answer, since the
 * next request on it could be the listener's again.
 */
export function foreignServer(owns: ForeignServer['owns'], answer: RequestListener): ForeignServer {
  // The listener has seen the head and knows its size.
  const server = createServer({ maxHeaderSize: 65_536 }, (request, response) => {
    response.setHeader('connection', 'close');
    answer(request, response);
  });
  server.maxHeadersCount = 0;
  server.maxRequestsPerSocket = 1; // what is pipelined behind is not looked at
  return { owns, take: (socket) => server.emit('connection', socket) };
}
