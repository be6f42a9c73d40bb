import { dirname } from 'node:path';
import { BeelineError } from '../base/index.ts';
import { makeDirectory } from '../contract/index.ts';

/**
 * Makes the directory for what a process keeps, for its user alone.
 * @throws BeelineError DATA_DIRECTORY_UNUSABLE saying which step failed and why.
 */
export function makeDataDirectory(directory: string): void {
  const refused = makeDirectory(directory);
  if (refused === null) return;
  const { path, code } = refused;
  const reason =
    code === 'EEXIST' || code === 'ENOTDIR'
      ? `${path} is no directory; choose another one, or move that file away`
      : `${path} is refused with ${code}; choose another one, or correct the permissions of ${dirname(path)}`;
  throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
    message: `the data directory ${directory} cannot be made: ${reason}`,
  });
}
