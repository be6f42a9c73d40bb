import { BeelineError } from '../base/index.ts';

/** What a code of the operating system means for whoever runs the process, and the way out. */
const meanings: Readonly<Record<string, string>> = {
  EMFILE:
    'this process may not open enough files: raise its limit (`ulimit -n 4096`, or LimitNOFILE= of the service)',
  ENFILE: 'this machine has too many files open: stop other programs, or raise fs.file-max',
  ENOSPC: 'the disk is full: free some space',
  EDQUOT: 'the quota of this account is used up: free some space',
  EROFS: 'its file system is read-only: make it writable, or choose another directory',
  EACCES: 'this account may not use it: correct its owner and permissions, or choose another directory',
  EPERM: 'this account may not use it: correct its owner and permissions, or choose another directory',
  ENOTDIR: 'there is a file where a directory should be: move it away',
  EISDIR: 'there is a directory where a file should be: move it away',
  EEXIST: 'something else is there already: move it away',
  ENOTEMPTY: 'something else is there already: move it away',
  ELOOP: 'its symbolic links lead in a circle: remove one of them',
  ENOENT: 'it is missing: restore it, or choose another directory',
  ENAMETOOLONG: 'its path is too long: choose a shorter one',
  EIO: 'the disk reports errors: replace it, and restore a backup',
  ENXIO: 'there is a pipe or a device where a file should be: move it away',
  ENOMEM: 'this machine has too little memory: free some',
  EAGAIN: 'this account may not start enough processes: raise its limit (`ulimit -u`)',
  ENOTSUP: 'its file system cannot do what is needed: choose a directory on another one',
};

/** Thrown by Node.js for a call of the operating system. */
interface SystemError extends Error {
  readonly code: string;
  readonly syscall: string;
  readonly path?: string;
  readonly dest?: string;
}

function isSystemError(value: unknown): value is SystemError {
  return value instanceof Error && 'code' in value && 'syscall' in value && typeof value.code === 'string';
}

/**
 * One sentence for a failure that the operating system is the reason of: which file, and what to do about it. Null for
 * every other error.
 */
export function describeSystemFailure(thrown: unknown): BeelineError | null {
  if (!isSystemError(thrown)) return null;
  const { code, syscall, path, dest } = thrown;
  const meaning = meanings[code] ?? 'see what the code means for this system';
  // A directory that cannot be made is told by what is in its way.
  const where =
    path === undefined ? `the call ${syscall}` : `${path}${dest === undefined ? '' : ` (to ${dest})`}`;
  return new BeelineError('DATA_DIRECTORY_UNUSABLE', {
    message: `${where} is refused with ${code}: ${meaning}`,
    ...(thrown.stack === undefined ? {} : { detail: thrown.stack }),
    cause: thrown,
  });
}
