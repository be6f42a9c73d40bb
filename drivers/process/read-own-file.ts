import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** A record of an instance or an owner is far shorter. */
const maxBytes = 1024 * 1024;

/**
 * Text of a small file that this driver wrote. A pipe or a device that lies in its place is not waited for.
 * @throws the error of the file system; RangeError when it is no small ordinary file.
 */
export function readOwnFile(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size > maxBytes) {
      throw new RangeError('it is no small ordinary file');
    }
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
