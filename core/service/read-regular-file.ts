import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';

const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function requireOrdinary(stats: Stats, maxBytes: number): void {
  if (!stats.isFile()) throw new Error('it is not an ordinary file');
  if (stats.size > maxBytes) throw new Error(`it has ${stats.size} bytes, more than ${maxBytes}`);
}

/**
 * The bytes of a file that must be an ordinary one: whatever else lies in its place (a directory, a link, a pipe that
 * nobody writes into) is refused instead of followed or waited for.
 * @throws what `open` throws, and an Error that says what is wrong with it.
 */
export async function readRegularFile(path: string, maxBytes: number): Promise<NonSharedBuffer> {
  const file = await open(path, flags);
  try {
    requireOrdinary(await file.stat(), maxBytes);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** `readRegularFile` for small files that are read before a process does anything else. */
export function readRegularFileSync(path: string, maxBytes: number): NonSharedBuffer {
  const file = openSync(path, flags);
  try {
    requireOrdinary(fstatSync(file), maxBytes);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}
