import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { BeelineError, newId } from '@beeline/core/base';
import { renderLastRefusal } from './render-refusal.ts';

const statuses: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

function sentenceOf(code: string, reason: string): string {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return 'the head of a request may have at most 32 KiB: send less in headers';
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return 'the extensions of a chunk may have at most 16 KiB: send none';
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'the head of the request did not arrive in time: send it faster';
    default:
      return `the request is not well-formed HTTP/1.1: ${reason}`;
  }
}

/**
 * Answers bytes that are no request, and ends the connection; for the `clientError` event. Where something has gone
 * out on the connection already, an answer could land in the middle of another one: then it is only closed.
 */
export function refuseMalformed(
  error: Error & { readonly code?: string; readonly reason?: string },
  socket: Duplex,
): void {
  const fresh = socket instanceof Socket && socket.bytesWritten === 0;
  if (!socket.writable || !fresh || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const code = error.code ?? '';
  const refusal = new BeelineError('REQUEST_INVALID', { message: sentenceOf(code, error.reason ?? code) });
  const nowMs = Date.now();
  const id = newId('exe', nowMs);
  const context = { component: 'gateway', requestId: id, executionId: id, nowMs } as const;
  socket.end(renderLastRefusal(refusal, context, statuses[code] ?? 400), () => socket.destroy());
}
