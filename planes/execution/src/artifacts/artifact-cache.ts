import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { BeelineError } from '@beeline/core/base';
import { type ArtifactLimits, listFiles } from './list-files.ts';
import { type ManifestFile, manifestDigest } from './manifest.ts';
import {
  buildSnapshot,
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

/** Keeps the files of models by their contents, each of them once. */
export interface ArtifactCache {
  /**
   * The files, from the cache when it has those with the digest, whatever became of the origin.
   * @throws BeelineError MODEL_MISSING, MODEL_INVALID, MODEL_CHANGED.
   */
  fetch(request: ArtifactRequest): Promise<Artifact>;
  /** Removes all but the digests that `keep` names once running fetches have ended; returns how many bytes it freed. */
  evict(keep: () => ReadonlySet<string>): Promise<number>;
}

async function copyOrigin(
  directory: string,
  path: string,
  limits: ArtifactLimits,
): Promise<readonly ManifestFile[]> {
  const files: ManifestFile[] = [];
  for (const file of await listFiles(path, limits)) {
    try {
      files.push({ path: file.path, ...(await storeBlob(directory, join(path, file.path))) });
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
export async function openArtifactCache(directory: string, limits: ArtifactLimits): Promise<ArtifactCache> {
  await fs.rm(join(directory, 'incoming'), { recursive: true, force: true });
  for (const name of ['incoming', 'blobs', 'snapshots']) {
    await fs.mkdir(join(directory, name), { recursive: true, mode: 0o700 });
  }
  const running = new Map<string, Promise<Artifact>>();
  let evicting: Promise<unknown> = Promise.resolve(0);

  async function fetch({ path, digest }: ArtifactRequest): Promise<Artifact> {
    await evicting;
    if (digest !== null && (await loadSnapshot(directory, digest)) !== null) {
      return { digest, directory: snapshotDirectory(directory, digest) };
    }
    const files = await copyOrigin(directory, path, limits);
    const found = manifestDigest(files);
    if (digest !== null && found !== digest) {
      throw new BeelineError('MODEL_CHANGED', {
        message: `the files in ${path} are no longer those of this revision (${digest}); deploy again to use them as they are now`,
        detail: `found ${found} with ${files.length} files`,
      });
    }
    if ((await loadSnapshot(directory, found)) === null) await buildSnapshot(directory, files);
    return { digest: found, directory: snapshotDirectory(directory, found) };
  }

  async function evict(keep: () => ReadonlySet<string>): Promise<number> {
    const kept = keep();
    for (const digest of await listSnapshots(directory)) {
      if (!kept.has(digest)) await removeSnapshot(directory, digest);
    }
    return removeUnusedBlobs(directory);
  }

  return {
    fetch(request) {
      const key = JSON.stringify([request.path, request.digest]);
      const same = running.get(key);
      if (same !== undefined) return same;
      const started = fetch(request).finally(() => running.delete(key));
      running.set(key, started);
      return started;
    },
    evict(keep) {
      // Fetches that run now are waited for; those that come later wait for this.
      const turn = Promise.allSettled([evicting, ...running.values()]).then(() => evict(keep));
      evicting = turn.catch(() => 0);
      return turn;
    },
  };
}
