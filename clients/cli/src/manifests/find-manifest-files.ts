import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { BeelineError } from '@beeline/core/base';
import type { CliIo } from '../cli-io.ts';

/** The text of one manifest file. */
export interface ManifestFile {
  /** As a person calls it. */
  readonly label: string;
  readonly directory: string;
  readonly text: string;
}

const isManifestName = (name: string) => /\.(ya?ml|json)$/i.test(name);

/** Reads standard input to its end. */
export async function readInput(io: CliIo): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of io.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function unreadable(label: string, error: unknown): BeelineError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${String(code ?? error)})`;
  return new BeelineError('USAGE_ERROR', { message: `${label} ${reason}; check the path`, cause: error });
}

async function filesOf(path: string, label: string, recursive: boolean): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true, recursive });
  const files = entries
    .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && isManifestName(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length > 0) return files;
  throw new BeelineError('USAGE_ERROR', {
    message: `the directory ${label} holds no .yaml, .yml or .json file${recursive ? '' : '; -R looks into directories below it'}`,
  });
}

/**
 * Reads the files that `-f` names, in the order given and by name inside a directory; `-` is standard input.
 * @throws BeelineError USAGE_ERROR for a path that cannot be read and a directory without manifests.
 */
export async function findManifestFiles(
  io: CliIo,
  names: readonly string[],
  recursive: boolean,
): Promise<readonly ManifestFile[]> {
  const found: ManifestFile[] = [];
  for (const name of names) {
    if (name === '-') {
      const text = (await readInput(io)).toString('utf8');
      found.push({ label: 'standard input', directory: io.cwd, text });
      continue;
    }
    const path = resolve(io.cwd, name);
    try {
      for (const file of await filesOf(path, name, recursive)) {
        const below = relative(path, file);
        const label = below === '' ? name : join(name, below);
        found.push({ label, directory: dirname(file), text: await readFile(file, 'utf8') });
      }
    } catch (error) {
      throw error instanceof BeelineError ? error : unreadable(name, error);
    }
  }
  return found;
}
