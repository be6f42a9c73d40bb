import { constants, open } from 'node:fs/promises';

/**
 * The bytes of a file that must be an ordinary one: whatever else lies in its place (a directory, a link, a pipe that
 * nobody writes into) is refused instead of followed or waited for.
 * @throws what `open` throws, and an Error that says what is wrong with it.
 */
export async function readRegularFile(path: string, maxBytes: number): Promise<NonSharedBuffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error('it is not an ordinary file');
    if (stats.size > maxBytes) throw new Error(`it has ${stats.size} bytes, more than ${maxBytes}`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}
