import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { newId } from '@beeline/core/base';
import { tooManyConnections } from './errors.ts';
import { renderLastRefusal } from './render-refusal.ts';

/** A refused caller that does not leave by itself is cut after this. */
const lingerMs = 1_000;

function refuse(socket: Socket, limit: number): void {
  const nowMs = Date.now();
  const id = newId('exe', nowMs);
  const context = { component: 'gateway', requestId: id, executionId: id, nowMs } as const;
  socket.on('error', () => socket.destroy()); // it goes away in any case
  socket.setTimeout(lingerMs, () => socket.destroy());
  // What it sent is read and thrown away: a close with unread bytes would be a reset, and the refusal lost.
  socket.resume();
  socket.end(renderLastRefusal(tooManyConnections(limit), context));
}

/**
 * Keeps the server at this many connections. Those beyond get a 503 and are closed; the server's parser never sees
 * them, so that nothing they send can run. Call it before the server listens.
 */
export function limitConnections(server: Server, limit: number): void {
  const accept = server.listeners('connection');
  server.removeAllListeners('connection');
  let open = 0;
  server.on('connection', (socket: Socket) => {
    if (open >= limit) {
      refuse(socket, limit);
      return;
    }
    open += 1;
    socket.once('close', () => {
      open -= 1;
    });
    for (const listener of accept) listener.call(server, socket);
  });
}
