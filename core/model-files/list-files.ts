import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BeelineError, cutText, formatByteSize } from '../base/index.ts';
import { runSteps, type Steps } from './steps.ts';

/** A file of a model: its path below the directory with `/` between the parts, and its size. */
export interface ListedFile {
  readonly path: string;
  readonly bytes: number;
}

export interface ModelFileLimits {
  readonly maxFiles: number;
  readonly maxBytes: number;
}

const maxDepth = 16;
const maxPathBytes = 1_024;

const invalid = (message: string) => new BeelineError('MODEL_INVALID', { message });

function readDirectory(path: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const message =
      code === 'ENOENT'
        ? `there is no directory ${path}; correct spec.runtime.model, or put the model there`
        : code === 'ENOTDIR'
          ? `${path} is no directory; name the directory that holds the model's files`
          : code === 'EACCES'
            ? `the location may not read ${path}; allow its user to`
            : `cannot read ${path}: ${code}`;
    throw new BeelineError('MODEL_MISSING', { message, cause: error });
  }
}

function kindOf(entry: Dirent): string {
  if (entry.isSymbolicLink()) return 'a symbolic link; copy the file itself, e.g. with cp -rL';
  if (entry.isSocket() || entry.isFIFO()) return 'a socket or a pipe';
  return 'no regular file';
}

/** The size of a file that was there a moment ago. */
function sizeOf(path: string): number {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined) return found.size;
  throw invalid(`${path} disappeared while it was read`);
}

/** `listFiles` in parts, one for each directory. */
export function* listFileSteps(root: string, limits: ModelFileLimits): Steps<readonly ListedFile[]> {
  const files: ListedFile[] = [];
  let totalBytes = 0;
  const folders: { path: string; depth: number }[] = [{ path: '', depth: 0 }];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of readDirectory(join(root, folder.path))) {
      const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`;
      if (Buffer.byteLength(path) > maxPathBytes) throw invalid(`the path ${cutText(path, 100)} is too long`);
      if (entry.isDirectory()) {
        if (entry.name === '.git') continue;
        if (folder.depth >= maxDepth) throw invalid(`${path} lies deeper than ${maxDepth} directories`);
        folders.push({ path, depth: folder.depth + 1 });
        continue;
      }
      if (!entry.isFile()) throw invalid(`${join(root, path)} is ${kindOf(entry)}`);
      const bytes = sizeOf(join(root, path));
      totalBytes += bytes;
      files.push({ path, bytes });
      if (files.length > limits.maxFiles) throw invalid(`${root} has more than ${limits.maxFiles} files`);
      if (totalBytes > limits.maxBytes) {
        throw invalid(`the files in ${root} have more than ${formatByteSize(limits.maxBytes)} together`);
      }
    }
    yield;
  }
  if (files.length > 0) return files;
  throw new BeelineError('MODEL_MISSING', { message: `the directory ${root} is empty; put the model there` });
}

/**
 * All files below a directory with their sizes; `.git` is left out. Follows no link.
 * @throws BeelineError MODEL_MISSING naming the path; MODEL_INVALID naming what is wrong with the files.
 */
export function listFiles(root: string, limits: ModelFileLimits): Promise<readonly ListedFile[]> {
  return runSteps(listFileSteps(root, limits));
}
