import { closeSync, readSync } from 'node:fs';
import { type OpenFile, openRegularFile } from './open-regular-file.ts';
import type { Steps } from './steps.ts';

/** How much is read at a time: a few milliseconds of hashing. */
export const chunkBytes = 1024 * 1024;
/** Files smaller than this are read together in one part. */
const stepBytes = chunkBytes;

/** Thrown when a file has other contents than it had when it was listed: somebody writes to it. */
export class FileChanged extends Error {
  override readonly name = 'FileChanged';
}

/**
 * Gives each chunk of an open file to `take`, and makes sure that it holds exactly as many bytes as it said. A file
 * that grows is not followed. The chunk is only good during the call.
 * @throws FileChanged
 */
export function* readContents(
  { fd, stats }: OpenFile,
  buffer: Buffer,
  take: (chunk: Buffer) => void,
): Steps<void> {
  let bytes = 0;
  for (;;) {
    const read = readSync(fd, buffer, 0, buffer.length, null);
    bytes += read;
    if (bytes > stats.size) throw new FileChanged(`it has more than the ${stats.size} bytes that it had`);
    if (read === 0) break;
    take(buffer.subarray(0, read));
    if (bytes >= stepBytes) yield;
  }
  if (bytes < stats.size) throw new FileChanged(`it has ${bytes} bytes instead of ${stats.size}`);
}

/**
 * Reads a small file at once.
 * @throws NotRegularFile; RangeError when it has more than `maxBytes`; the error of the file system.
 */
export function readSmallFile(path: string, maxBytes: number): Buffer {
  const { fd, stats } = openRegularFile(path);
  try {
    if (stats.size > maxBytes) throw new RangeError(`${path} has more than ${maxBytes} bytes`);
    const buffer = Buffer.alloc(stats.size);
    let bytes = 0;
    for (let read = -1; read !== 0 && bytes < buffer.length; bytes += read) {
      read = readSync(fd, buffer, bytes, buffer.length - bytes, null);
    }
    return buffer.subarray(0, bytes);
  } finally {
    closeSync(fd);
  }
}
