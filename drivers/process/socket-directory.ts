import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BeelineError } from '@beeline/core/base';

/** The kernel's limit for the path of a Unix socket, in bytes, without the terminating zero. */
const maxSocketPathBytes = 107;
const longestName = `/${'x'.repeat(24)}.sock`.length;

/** Where the sockets go: below the given directory, or below /tmp when that makes too long a path. */
export function chooseSocketDirectory(directory: string, userId: number): string {
  const near = join(directory, 'sockets');
  if (Buffer.byteLength(near) + longestName <= maxSocketPathBytes) return near;
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, 16);
  return `/tmp/beeline-${userId}-${hash}`;
}

/**
 * Makes a directory that only this user can enter, or checks that it is one.
 * @throws BeelineError DATA_DIRECTORY_UNUSABLE when it belongs to somebody else or is no directory.
 */
export function openPrivateDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const facts = lstatSync(path);
  if (!facts.isDirectory() || facts.uid !== process.getuid?.()) {
    throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
      message: `${path} must be a directory that belongs to this user; remove it and start again`,
    });
  }
  chmodSync(path, 0o700);
}
