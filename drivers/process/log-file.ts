import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';

/** The file a child writes one of its outputs to. It is a file and not a pipe so that the child can outlive us. */
export interface LogFile {
  /** What was written since the last call, at most 256 KiB, and how many bytes were passed over. */
  readNew(): { readonly chunk: Buffer; readonly skippedBytes: number };
  close(): void;
}

const chunkBytes = 256 * 1024;

/**
 * Opens a log file to read along. Once more than `maxBytes` of it were read it is emptied: the child appends, so it
 * goes on at the beginning. A child that writes faster than we read loses the oldest bytes beyond `maxBytes`.
 */
export function openLogFile(path: string, options: { maxBytes: number; startAtEnd: boolean }): LogFile {
  const descriptor = openSync(path, 'a+', 0o600);
  let position = options.startAtEnd ? Math.max(0, fstatSync(descriptor).size - chunkBytes) : 0;
  return {
    readNew() {
      const { size } = fstatSync(descriptor);
      let skippedBytes = 0;
      if (size - position > options.maxBytes) {
        skippedBytes = size - position - chunkBytes;
        position += skippedBytes;
      }
      const buffer = Buffer.allocUnsafe(Math.max(0, Math.min(chunkBytes, size - position)));
      const read = buffer.length === 0 ? 0 : readSync(descriptor, buffer, 0, buffer.length, position);
      position += read;
      if (position > options.maxBytes && position >= fstatSync(descriptor).size) {
        ftruncateSync(descriptor, 0);
        position = 0;
      }
      return { chunk: buffer.subarray(0, read), skippedBytes };
    },
    close: () => closeSync(descriptor),
  };
}
