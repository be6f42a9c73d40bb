import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

export const repositoryRoot = join(import.meta.dirname, '..', '..');

/** The folders that hold code of ours. */
export const codeFolders = ['core', 'drivers', 'runtimes', 'planes', 'clients', 'tools', 'test'] as const;

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
}

/** Every TypeScript file of ours, installed packages left out. */
export function readSourceFiles(): readonly SourceFile[] {
  const files: SourceFile[] = [];
  for (const folder of codeFolders) {
    for (const entry of readdirSync(join(repositoryRoot, folder), { recursive: true, withFileTypes: true })) {
      const absolute = join(entry.parentPath, entry.name);
      if (!entry.isFile() || !entry.name.endsWith('.ts') || absolute.includes(`${sep}node_modules${sep}`))
        continue;
      const text = readFileSync(absolute, 'utf8');
      const path = relative(repositoryRoot, absolute).split(sep).join('/');
      files.push({ path, text, lines: text.split('\n').length - 1 });
    }
  }
  return files;
}

export const isTest = (path: string): boolean => /\.test\.ts$/.test(path) || path.includes('/testing/');

/** The modules that a file names in its import and export statements and in dynamic imports of a fixed name. */
export function importsOf(file: SourceFile): readonly string[] {
  const statements = file.text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'";]*?from\s*'([^']+)'|(?:^|\n)\s*import\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g,
  );
  return [...statements].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');
}
