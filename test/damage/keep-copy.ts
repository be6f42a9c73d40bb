import { copyFileSync, lstatSync, mkdirSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of all files below a directory, relative to it, sorted. */
export function listFiles(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
}

const describe = (path: string) => {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return 'nothing';
  return facts.isFile() ? `file of ${facts.size} from ${Math.floor(facts.mtimeMs / 1000)}` : 'other';
};

/**
 * Makes `copy` the same as `whole` again, touching only what differs in kind, size or time; the first call copies
 * everything. Files of `whole` must not be changed while a copy is in use.
 */
export function keepCopy(whole: string, copy: string): void {
  mkdirSync(copy, { recursive: true, mode: 0o700 });
  const wanted = readdirSync(whole, { withFileTypes: true });
  const names = new Set(wanted.map(({ name }) => name));
  for (const name of readdirSync(copy)) {
    if (!names.has(name)) rmSync(join(copy, name), { recursive: true });
  }
  for (const entry of wanted) {
    const [from, to] = [join(whole, entry.name), join(copy, entry.name)];
    if (entry.isDirectory()) {
      if (lstatSync(to, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(to);
      keepCopy(from, to);
    } else if (describe(from) !== describe(to)) {
      rmSync(to, { recursive: true, force: true });
      copyFileSync(from, to);
      // Old, so that whatever is written from now on has another time.
      utimesSync(from, 1, 1);
      utimesSync(to, 1, 1);
    }
  }
}
