import type { Socket } from 'node:net';

const bufferBytes = 65_536;
/** Buffers that wait to be used again; more are left to the garbage collection. */
const keptBuffers = 64;
const free: Buffer[] = [];

/**
 * Writes bytes that are valid during the call only, from a copy whose memory is used again once it has left: were each
 * copy a buffer of its own, tens of megabytes of them would wait for a garbage collection while a large body passes.
 * False: wait for `drain`.
 */
export function writeCopy(socket: Socket, bytes: Buffer): boolean {
  if (bytes.length > bufferBytes) return socket.write(Buffer.from(bytes));
  const buffer = free.pop() ?? Buffer.allocUnsafeSlow(bufferBytes);
  bytes.copy(buffer);
  return socket.write(buffer.subarray(0, bytes.length), () => {
    if (free.length < keptBuffers) free.push(buffer);
  });
}
