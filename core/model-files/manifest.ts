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

const maxPathLength = 1_024;

/** Whether this is the path of a file below a directory: relative, without steps upwards. */
export function isModelPath(path: string): boolean {
  if (path.length === 0 || path.length > maxPathLength || path.includes('\0')) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

function isManifestFile(value: unknown): value is ManifestFile {
  if (typeof value !== 'object' || value === null) return false;
  const { path, bytes, sha256 } = value as Partial<Record<keyof ManifestFile, unknown>>;
  return (
    typeof path === 'string' &&
    isModelPath(path) &&
    Number.isSafeInteger(bytes) &&
    Number(bytes) >= 0 &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256)
  );
}

/** Reads a list of files from JSON; null when it is anything else. */
export function parseManifest(text: string): readonly ManifestFile[] | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null; // whoever asks says what becomes of it
  }
  return Array.isArray(value) && value.every(isManifestFile) ? value : null;
}
