import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { BeelineError } from '@beeline/core/base';
import { describeFileError, readUserText, textOf, yamlLimits } from '@beeline/core/contract';
import type { CliIo } from '../cli-io.ts';
import { readInput } from '../settings/read-input.ts';

/** The text of one manifest file. */
export interface ManifestFile {
  /** As a person calls it. */
  readonly label: string;
  readonly directory: string;
  readonly text: string;
}

interface Found {
  readonly path: string;
  readonly label: string;
}

const isManifestName = (name: string) => /\.(ya?ml|json)$/i.test(name);

/** What is wrong with a path; where nothing is read, looking there again helps. */
function unreadable(label: string, reason: string, cause?: unknown): BeelineError {
  const advice = reason.includes('UTF-8') || reason.startsWith('is too large') ? '' : '; check the path';
  return new BeelineError('USAGE_ERROR', { message: `${label} ${reason}${advice}`, cause });
}

async function listDirectory(path: string, label: string, recursive: boolean): Promise<readonly Found[]> {
  const entries = await readdir(path, { withFileTypes: true, recursive });
  const files = entries
    .filter((entry) => !entry.isDirectory() && isManifestName(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0) {
    throw new BeelineError('USAGE_ERROR', {
      message: `the directory ${label} holds no .yaml, .yml or .json file${recursive ? '' : '; -R looks into directories below it'}`,
    });
  }
  return files.map((file) => ({ path: file, label: join(label, relative(path, file)) }));
}

async function listFiles(path: string, label: string, recursive: boolean): Promise<readonly Found[]> {
  try {
    if ((await stat(path)).isDirectory()) return await listDirectory(path, label, recursive);
    return [{ path, label }];
  } catch (error) {
    if (error instanceof BeelineError) throw error;
    const below = (error as NodeJS.ErrnoException).path;
    const where = below === undefined ? label : join(label, relative(path, resolve(below)));
    throw unreadable(where, describeFileError(error), error);
  }
}

async function readManifestFile({ path, label }: Found, signal: AbortSignal): Promise<ManifestFile> {
  const file = await readUserText(path, { maxBytes: yamlLimits.bytes, signal });
  if (!file.ok) throw unreadable(label, file.reason, file.cause);
  return { label, directory: dirname(path), text: file.content };
}

async function readStandardInput(io: CliIo): Promise<ManifestFile> {
  const label = 'standard input';
  const file = textOf(await readInput(io, yamlLimits.bytes));
  if (!file.ok) throw unreadable(label, file.reason);
  return { label, directory: io.cwd, text: file.content };
}

/**
 * Reads the files that `-f` names, in the order given and by name inside a directory; `-` is standard input.
 * @throws BeelineError USAGE_ERROR for a path that cannot be read, what is no text, and a directory without manifests.
 */
export async function findManifestFiles(
  io: CliIo,
  names: readonly string[],
  recursive: boolean,
): Promise<readonly ManifestFile[]> {
  const files: ManifestFile[] = [];
  for (const name of names) {
    // The working directory would be meant: nobody wants that of a variable that is not set.
    if (name === '') throw unreadable('-f', 'must name a file, a directory, or - (received nothing)');
    if (name === '-') {
      files.push(await readStandardInput(io));
      continue;
    }
    for (const found of await listFiles(resolve(io.cwd, name), name, recursive)) {
      files.push(await readManifestFile(found, io.signal));
    }
  }
  return files;
}
