import { constants, fstatSync, openSync, writeSync } from 'node:fs';

/** Where log lines go. */
export interface LogStream {
  write(line: string): void;
}

/**
 * A pipe is opened once more, so that a reader that stands still makes writes fail instead of holding the process. Only
 * this process's end of it changes.
 */
function withoutBlocking(fd: number): number {
  try {
    if (!fstatSync(fd).isFIFO()) return fd;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return fd; // no /proc, or closed: writing shows what comes of it
  }
}

/**
 * Writes log lines to a file descriptor, in the order in which they come. A line that cannot be written, because the
 * reader is gone or stands still or the disk is full, is lost and counted; the next one that can be says how many were.
 */
export function openLogStream(
  fd: number,
  write: (fd: number, bytes: Uint8Array) => number = writeSync,
): LogStream {
  const target = withoutBlocking(fd);
  let rest: Uint8Array = new Uint8Array();
  let lost = 0;
  let reason = '';

  /** Whether everything that is waiting has been written. */
  function drain(): boolean {
    try {
      while (rest.length > 0) rest = rest.subarray(write(target, rest));
      return true;
    } catch (error) {
      reason = (error as NodeJS.ErrnoException).code ?? String(error);
      return false;
    }
  }

  function buildNotice(): string {
    if (lost === 0) return '';
    const msg = `${lost} log lines could not be written (${reason})`;
    return `${JSON.stringify({ level: 'warn', time: new Date().toISOString(), lost, reason, msg })}\n`;
  }

  return {
    write(line) {
      // What is left of a line that was written in part goes before anything else.
      if (!drain()) {
        lost += 1;
        return;
      }
      const bytes = Buffer.from(buildNotice() + line);
      rest = bytes;
      if (drain() || rest.length < bytes.length) {
        lost = 0;
        return;
      }
      rest = new Uint8Array();
      lost += 1;
    },
  };
}
