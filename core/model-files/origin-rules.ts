import { realpathSync } from 'node:fs';

/** Which directories models may come from. Paths are absolute. */
export interface OriginRules {
  /** Everybody may name directories in these; the owner of the platform any other, too. */
  readonly roots: readonly string[];
  /** Nobody may name one of these, what lies in them, or a directory that holds one. */
  readonly forbidden: readonly string[];
}

/** What belongs to the system: none of it is a model, and much of it is secret. */
export const systemDirectories: readonly string[] = ['/proc', '/sys', '/dev', '/etc'];

/** Whether a path is the directory or lies in it; both are absolute and have no `..`. */
export function isBelow(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith('/') ? directory : `${directory}/`);
}

/**
 * The roots of who sets none: the directory that the process was started in. The top of the file system, and every
 * directory that holds the home of its user, are too much to take for a wish: then there is no root.
 */
export function chooseOriginRoots(startedIn: string, home: string): readonly string[] {
  return isBelow(home, startedIn) || startedIn === '/' ? [] : [startedIn];
}

/** Directories, and where they lie in truth when a link leads to them: both are ways to write a path. */
export function withRealPaths(directories: readonly string[]): readonly string[] {
  const real = directories.flatMap((directory) => {
    try {
      return [realpathSync(directory)];
    } catch {
      return []; // not there yet
    }
  });
  return [...new Set([...directories, ...real])];
}
