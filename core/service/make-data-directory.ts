import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { BeelineError } from '../base/index.ts';

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? String(error);

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The directories that are missing, from the top. */
function missingSteps(path: string): readonly string[] {
  if (isDirectory(path) || dirname(path) === path) return [];
  return [...missingSteps(dirname(path)), path];
}

/**
 * Makes a directory for what a process keeps, for its user alone, with those above it that are missing. It goes step
 * by step, because Node's own way of making several at once never ends on a file system that refuses with ENOENT, as
 * /proc does.
 * @throws BeelineError DATA_DIRECTORY_UNUSABLE saying which step failed and why.
 */
export function makeDataDirectory(directory: string): void {
  for (const step of missingSteps(resolve(directory))) {
    try {
      mkdirSync(step, { mode: 0o700 });
    } catch (cause) {
      // Somebody else may have made it in the meantime.
      if (codeOf(cause) === 'EEXIST' && isDirectory(step)) continue;
      throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
        message: `the data directory ${directory} cannot be made: ${step} is refused with ${codeOf(cause)}; choose another one, or correct the permissions of ${dirname(step)}`,
        cause,
      });
    }
  }
}
