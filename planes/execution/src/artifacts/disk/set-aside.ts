import { lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { randomText } from '@beeline/core/base';

/** Damaged files that are kept for people to look at, the newest ones, and how much they may have together. */
export const quarantineLimits = { maxFiles: 16, maxBytes: 1024 ** 3 };

const timeDigits = 16;
/** Of a name that is kept: with what stands before it, it has to stay below the 255 bytes that a name may have. */
const nameBytes = 100;

const shorten = (name: string) => Buffer.from(name).subarray(0, nameBytes).toString();

/** What is in quarantine/ beyond its limits goes; so does what is no file of contents. */
function trimQuarantine(folder: string, limits: typeof quarantineLimits): void {
  let files = 0;
  let bytes = 0;
  for (const name of readdirSync(folder).sort().reverse()) {
    const path = join(folder, name);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) continue; // another thread trims, too
    const fits = found.isFile() && files < limits.maxFiles && bytes + found.size <= limits.maxBytes;
    if (fits) {
      files += 1;
      bytes += found.size;
    } else rmSync(path, { recursive: true, force: true });
  }
}

/**
 * Takes something damaged out of the cache, at once. A file stays in quarantine/ for a while, anything else is removed.
 * Nothing happens when it is gone already.
 */
export function setAside(
  directory: string,
  path: string,
  limits: typeof quarantineLimits = quarantineLimits,
): void {
  const folder = join(directory, 'quarantine');
  const time = String(Date.now()).padStart(timeDigits, '0');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    renameSync(path, join(folder, `${time}-${randomText(8)}-${shorten(basename(path))}`));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  trimQuarantine(folder, limits);
}
