import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { ListedFile } from './list-files.ts';
import { type ManifestFile, manifestDigest } from './manifest.ts';

/** SHA-256 of what a file holds, as lowercase hex. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk);
  return hash.digest('hex');
}

/**
 * The digest that a location gives these files when it takes them over: of their paths and contents.
 * @throws the error of the file system when one of them cannot be read.
 */
export async function digestFiles(root: string, files: readonly ListedFile[]): Promise<string> {
  const hashed: ManifestFile[] = [];
  for (const file of files) hashed.push({ ...file, sha256: await hashFile(join(root, file.path)) });
  return manifestDigest(hashed);
}
