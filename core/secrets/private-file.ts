import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Secret } from '../base/index.ts';

/** Largest file of keys that is read. */
const maxBytes = 64 * 1024;

function syncDirectory(path: string): void {
  const directory = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

const draftOf = (path: string) => `${path}.new`;

/** Removes what a crash in the middle of `writePrivateFile` left: it may hold a key. */
export function removeDraft(path: string): void {
  rmSync(draftOf(path), { recursive: true, force: true });
}

/** Writes a file that its user alone may read, whole or not at all, and durable when this returns. */
export function writePrivateFile(path: string, text: Secret): void {
  const draft = draftOf(path);
  removeDraft(path);
  try {
    const file = openSync(draft, 'wx', 0o600);
    try {
      writeFileSync(file, text.reveal());
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    removeDraft(path);
    throw error;
  }
  syncDirectory(dirname(path));
}

/**
 * Reads a small file of keys; null when there is none.
 * @throws Error of the system when it cannot be read, RangeError when it is no small regular file.
 */
export function readPrivateFile(path: string): Secret | null {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > maxBytes) throw new RangeError('it is not a small file');
    return new Secret(readFileSync(file, 'utf8'));
  } finally {
    closeSync(file);
  }
}
