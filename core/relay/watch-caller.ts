import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Calls back when the caller's connection ends before the answer was complete (it also calls back after a complete
 * answer: whoever listens knows by then that it is over). The returned function stops watching.
 */
export function watchCaller(
  request: IncomingMessage,
  response: ServerResponse,
  onGone: () => void,
): () => void {
  response.on('close', onGone);
  // A request that waits behind another one on its connection has no response socket yet that could close.
  const { socket } = request;
  const queued = response.socket === null;
  if (queued) socket.on('close', onGone);
  return () => {
    response.removeListener('close', onGone);
    if (queued) socket.removeListener('close', onGone);
  };
}
