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
  throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
    message: `the data directory ${directory} cannot be made: ${path} is refused with ${code}; choose another one, or correct the permissions of ${dirname(path)}`,
  });
}
