import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { BeelineError } from '@beeline/core/base';
import { listFiles, type ManifestFile, type ModelFileLimits, manifestDigest } from '@beeline/core/contract';
import {
  buildSnapshot,
  listBlobs,
  listSnapshots,
  loadSnapshot,
  removeSnapshot,
  removeUnusedBlobs,
  snapshotDirectory,
} from './snapshot.ts';
import { storeBlob } from './store-blob.ts';

export interface ArtifactRequest {
  /** Directory of the origin. */
  readonly path: string;
  /** What the files must be, or null when any will do. */
  readonly digest: string | null;
}

/** The files of a model in the cache. */
export interface Artifact {
  readonly digest: string;
  /** Read-only; stays until `evict` is told that nobody needs the digest. */
  readonly directory: string;
}

/** What a cache holds, and how fetches ended since it was opened. */
export interface ArtifactCounts {
  readonly files: number;
  readonly bytes: number;
  /** Served without a look at the origin. */
  readonly hits: number;
  /** Read from the origin. */
  readonly misses: number;
  readonly failures: number;
}

/** Keeps the files of models by their contents, each of them once. */
export interface ArtifactCache {
  /**
   * The files, from the cache when it has those with the digest, whatever became of the origin.
   * @throws BeelineError MODEL_MISSING, MODEL_INVALID, MODEL_CHANGED.
   */
  fetch(request: ArtifactRequest): Promise<Artifact>;
  /** Removes all but the digests that `keep` names once running fetches have ended; returns how many bytes it freed. */
  evict(keep: () => ReadonlySet<string>): Promise<number>;
  counts(): ArtifactCounts;
}

async function copyOrigin(
  directory: string,
  path: string,
  limits: ModelFileLimits,
  stored: (sha256: string, bytes: number) => void,
): Promise<readonly ManifestFile[]> {
  const files: ManifestFile[] = [];
  for (const file of await listFiles(path, limits)) {
    try {
      const blob = await storeBlob(directory, join(path, file.path));
      stored(blob.sha256, blob.bytes);
      files.push({ path: file.path, ...blob });
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'ENOENT' && code !== 'EACCES') throw error;
      const reason = code === 'ENOENT' ? 'disappeared while it was read' : 'cannot be read by this user';
      throw new BeelineError('MODEL_INVALID', {
        message: `${join(path, file.path)} ${reason}`,
        cause: error,
      });
    }
  }
  return files;
}

/** Opens the cache in a directory of its own, and removes what a crash left half done. */
export async function openArtifactCache(directory: string, limits: ModelFileLimits): Promise<ArtifactCache> {
  await fs.rm(join(directory, 'incoming'), { recursive: true, force: true });
  for (const name of ['incoming', 'blobs', 'snapshots']) {
    await fs.mkdir(join(directory, name), { recursive: true, mode: 0o700 });
  }
  const blobs = new Map((await listBlobs(directory)).map(({ sha256, bytes }) => [sha256, bytes]));
  const results = { hits: 0, misses: 0, failures: 0 };
  const running = new Map<string, Promise<Artifact>>();
  let evicting: Promise<unknown> = Promise.resolve(0);

  async function fetch({ path, digest }: ArtifactRequest): Promise<Artifact> {
    await evicting;
    if (digest !== null && (await loadSnapshot(directory, digest)) !== null) {
      results.hits += 1;
      return { digest, directory: snapshotDirectory(directory, digest) };
    }
    const files = await copyOrigin(directory, path, limits, (sha256, bytes) => blobs.set(sha256, bytes));
    const found = manifestDigest(files);
    if (digest !== null && found !== digest) {
      throw new BeelineError('MODEL_CHANGED', {
        message: `the files in ${path} are no longer those of this revision (${digest}); deploy again to use them as they are now`,
        detail: `found ${found} with ${files.length} files`,
      });
    }
    if ((await loadSnapshot(directory, found)) === null) await buildSnapshot(directory, files);
    results.misses += 1;
    return { digest: found, directory: snapshotDirectory(directory, found) };
  }

  async function evict(keep: () => ReadonlySet<string>): Promise<number> {
    const kept = keep();
    for (const digest of await listSnapshots(directory)) {
      if (!kept.has(digest)) await removeSnapshot(directory, digest);
    }
    const removed = await removeUnusedBlobs(directory);
    for (const { sha256 } of removed) blobs.delete(sha256);
    return removed.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  return {
    fetch(request) {
      const key = JSON.stringify([request.path, request.digest]);
      const same = running.get(key);
      if (same !== undefined) return same;
      const started = fetch(request)
        .catch((error: unknown) => {
          results.failures += 1;
          throw error;
        })
        .finally(() => running.delete(key));
      running.set(key, started);
      return started;
    },
    evict(keep) {
      // Fetches that run now are waited for; those that come later wait for this.
      const turn = Promise.allSettled([evicting, ...running.values()]).then(() => evict(keep));
      evicting = turn.catch(() => 0);
      return turn;
    },
    counts: () => ({
      files: blobs.size,
      bytes: [...blobs.values()].reduce((sum, bytes) => sum + bytes, 0),
      ...results,
    }),
  };
}
