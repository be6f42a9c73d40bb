import { createHash } from 'node:crypto';

/** One file of a model. */
export interface ManifestFile {
  /** Relative, with `/` between its parts. */
  readonly path: string;
  readonly bytes: number;
  /** Lowercase hex. */
  readonly sha256: string;
}

/** Files in the one order that the digest is made of. */
export function sortFiles<F extends { readonly path: string }>(files: readonly F[]): readonly F[] {
  return [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** Names a set of files by their paths and contents: `sha256:` and 64 hex digits. */
export function manifestDigest(files: readonly ManifestFile[]): string {
  const hash = createHash('sha256');
  for (const { path, bytes, sha256 } of sortFiles(files))
    hash.update(`${JSON.stringify(path)} ${bytes} ${sha256}\n`);
  return `sha256:${hash.digest('hex')}`;
}
