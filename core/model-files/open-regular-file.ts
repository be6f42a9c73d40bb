import { closeSync, constants, fstatSync, openSync, readlinkSync, type Stats } from 'node:fs';

/** Thrown when what a path leads to is no file of contents, or no longer the one that was looked at. */
export class NotRegularFile extends Error {
  override readonly name = 'NotRegularFile';
}

/** A file that is open for reading; whoever has it closes the descriptor. */
export interface OpenFile {
  readonly fd: number;
  readonly stats: Stats;
}

/** Where a descriptor leads; null on systems that do not tell. */
function pathOfDescriptor(fd: number): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return null;
  }
}

/**
 * Opens a file for reading and looks at what was opened, not at what the path led to a moment before. Never waits for
 * the other end of a pipe, and follows no link. With `realPath`, links in the directories above are refused as well.
 * @throws NotRegularFile; the error of the file system, e.g. ENOENT or EACCES.
 */
export function openRegularFile(path: string, realPath?: string): OpenFile {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ELOOP' && code !== 'ENXIO' && code !== 'ENODEV') throw error;
    throw new NotRegularFile(`${path} is ${code === 'ELOOP' ? 'a symbolic link' : 'a socket or a device'}`);
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new NotRegularFile(`${path} is no regular file`);
    const actual = realPath === undefined ? null : pathOfDescriptor(fd);
    if (actual !== null && actual !== realPath) throw new NotRegularFile(`${path} leads to another place`);
    return { fd, stats };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
