import type { Socket } from 'node:net';

/**
 * Ends a connection in a way that cannot be taken for the regular end of an answer: a reset over TCP. (A Unix socket
 * and a TLS one just close; there the missing bytes or chunk tell.)
 */
export function cutConnection(socket: Socket): void {
  if (socket.destroyed) return;
  // A reset while our end is on its way out fails, and the socket would never close.
  const ending = socket.writableEnded && !socket.writableFinished;
  if (ending || socket.remoteFamily === undefined || 'encrypted' in socket) socket.destroy();
  else socket.resetAndDestroy();
}
