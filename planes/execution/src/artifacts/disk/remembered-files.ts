import type { Stats } from 'node:fs';

type Identity = Pick<Stats, 'ino' | 'size' | 'mtimeMs'>;

/** A file on the disk that is known to hold the contents with this hash. */
export interface KnownFile extends Identity {
  readonly sha256: string;
}

/** Describes a file whose contents are known. */
export function knownFile({ ino, size, mtimeMs }: Identity, sha256: string): KnownFile {
  return { ino, size, mtimeMs, sha256 };
}

/**
 * The files whose contents were checked since the start. One that was written to since then is not among them: it has
 * another time.
 */
export class RememberedFiles {
  readonly #files = new Map<number, KnownFile>();

  add(file: KnownFile): void {
    this.#files.set(file.ino, file);
  }

  has({ ino, size, mtimeMs }: Identity, sha256: string): boolean {
    const known = this.#files.get(ino);
    return known?.sha256 === sha256 && known.size === size && known.mtimeMs === mtimeMs;
  }

  /** Forgets all but the files with these numbers. */
  keepOnly(inodes: ReadonlySet<number>): void {
    for (const ino of this.#files.keys()) if (!inodes.has(ino)) this.#files.delete(ino);
  }
}
