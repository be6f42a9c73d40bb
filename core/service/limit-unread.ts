import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How long a caller may take nothing of an answer that is there for it, in milliseconds. */
const unreadMs = 120_000;

/**
 * Cuts connections whose caller takes nothing of its answer for `limitMs`: it would keep the answer in memory for ever.
 * A caller that waits for us may wait as long as it likes. Node watches the progress of what is being written.
 */
export function limitUnread(server: Server, limitMs = unreadMs): void {
  const asked = new WeakSet<Socket>();
  server.on('request', ({ socket }, response) => {
    asked.add(socket);
    response.once('close', () => asked.delete(socket));
  });
  server.setTimeout(limitMs, (socket) => {
    if (asked.has(socket) && socket.writableLength === 0) socket.setTimeout(limitMs);
    else socket.destroy();
  });
}
