import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import type { ListedFile } from './list-files.ts';
import { type ManifestFile, manifestDigest } from './manifest.ts';
import { openRegularFile } from './open-regular-file.ts';
import { chunkBytes, readContents } from './read-contents.ts';
import { runSteps, type Steps } from './steps.ts';

/** What a file holds. */
export interface FileDigest {
  readonly bytes: number;
  /** Lowercase hex. */
  readonly sha256: string;
}

/**
 * Hashes what a file holds. `realPath`: see `openRegularFile`.
 * @throws NotRegularFile, FileChanged; the error of the file system when it cannot be read.
 */
export function* hashFile(path: string, buffer: Buffer, realPath?: string): Steps<FileDigest> {
  const file = openRegularFile(path, realPath);
  try {
    const hash = createHash('sha256');
    yield* readContents(file, buffer, (chunk) => hash.update(chunk));
    return { bytes: file.stats.size, sha256: hash.digest('hex') };
  } finally {
    closeSync(file.fd);
  }
}

function* digestSteps(root: string, files: readonly ListedFile[]): Steps<string> {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const hashed: ManifestFile[] = [];
  for (const file of files) {
    hashed.push({ path: file.path, ...(yield* hashFile(join(root, file.path), buffer)) });
    yield;
  }
  return manifestDigest(hashed);
}

/**
 * The digest that a location gives these files when it takes them over: of their paths and contents.
 * @throws the error of the file system when one of them cannot be read; NotRegularFile, FileChanged.
 */
export function digestFiles(root: string, files: readonly ListedFile[]): Promise<string> {
  return runSteps(digestSteps(root, files));
}
