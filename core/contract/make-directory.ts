import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The directories that are missing, from the top. */
function missingSteps(path: string): readonly string[] {
  if (isDirectory(path) || dirname(path) === path) return [];
  return [...missingSteps(dirname(path)), path];
}

/** Why a directory could not be made: the step that was refused, and the code of the refusal. */
export interface RefusedStep {
  readonly path: string;
  readonly code: string;
}

/**
 * Makes a directory for its user alone, with those above it that are missing; null when it is there. It goes step by
 * step, because Node's own way of making several at once never ends on a file system that refuses with ENOENT, as
 * /proc does.
 */
export function makeDirectory(directory: string): RefusedStep | null {
  for (const path of missingSteps(resolve(directory))) {
    try {
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? String(error);
      // Somebody else may have made it in the meantime.
      if (code !== 'EEXIST' || !isDirectory(path)) return { path, code };
    }
  }
  return null;
}
