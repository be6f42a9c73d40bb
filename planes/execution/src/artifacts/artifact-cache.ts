import { renameSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { BeelineError, type Logger } from '@beeline/core/base';
import type { ModelFileLimits, OriginRules } from '@beeline/core/model-files';
import { filesIn, incomingPath, snapshotPath } from './disk/cache-paths.ts';
import type { CopiedOrigin } from './disk/copy-origin.ts';
import type { KnownFile } from './disk/remembered-files.ts';
import type { SnapshotVerdict } from './disk/verify-snapshot.ts';
import { openFileThread } from './file-thread.ts';
import { limitRunning } from './limit-running.ts';
import { ReferenceCounts } from './reference-counts.ts';
import { shareWork } from './share-work.ts';

export interface ArtifactRequest {
  /** Directory of the origin. */
  readonly path: string;
  /** What the files must be, or null when any will do. */
  readonly digest: string | null;
  /** Whether the owner of the platform named the directory: it may lie outside the roots. */
  readonly trusted: boolean;
}

/** The files of a model in the cache. */
export interface Artifact {
  readonly digest: string;
  /** Read-only; stays until it is released and `evict` is told that nobody else needs the digest. */
  readonly directory: string;
  /** Gives the files back; a second call does nothing. */
  release(): void;
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
  /** Files that had other contents than they should, and were taken out. */
  readonly damaged: number;
}

/** Keeps the files of models by their contents, each of them once. */
export interface ArtifactCache {
  /**
   * The files, from the cache when it has those with the digest, whatever became of the origin. They are checked when
   * they are used for the first time since the cache was opened; damaged ones are fetched again.
   * @throws BeelineError ORIGIN_REFUSED, MODEL_MISSING, MODEL_INVALID, MODEL_CHANGED; the reason of the signal.
   */
  fetch(request: ArtifactRequest, signal?: AbortSignal): Promise<Artifact>;
  /**
   * Removes all but what is being fetched, was fetched and not released, or is named by `keep`. Returns how many bytes
   * it freed. No fetch waits for it.
   */
  evict(keep: () => ReadonlySet<string>): Promise<number>;
  counts(): ArtifactCounts;
  /** Gives up what runs. */
  close(): void;
}

export interface ArtifactCacheOptions {
  /** A directory of its own. */
  readonly directory: string;
  readonly limits: ModelFileLimits;
  readonly rules: OriginRules;
  readonly logger: Logger;
  /** Where work with files is done; threads of their own when absent. */
  readonly openThread?: typeof openFileThread;
}

/** Origins that are read at the same time; one that does not answer must not hold up the others. */
const maxCopies = 8;
/** A copy that comes out damaged so often says that the disk is broken. */
const maxAttempts = 3;

const closing = () => new BeelineError('SHUTTING_DOWN', { message: 'the location is stopping; try again' });

/** The cache had the files, damaged, and the origin does not give them: without it nobody would look for the cause there. */
function notHealed({ code, message, detail }: BeelineError): BeelineError {
  return new BeelineError(code, {
    message: `the files of this revision were damaged on the location's disk and cannot be fetched again: ${message}`,
    ...(detail === undefined ? {} : { detail }),
  });
}

/** Moves a snapshot away from its name; gives where it lies now, nothing when it is gone already. */
function takeAway(directory: string, digest: string): readonly string[] {
  const leaving = incomingPath(directory);
  try {
    renameSync(snapshotPath(directory, digest), leaving);
    return [leaving];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Opens the cache, and removes what a crash left half done.
 * @throws BeelineError DATA_DIRECTORY_UNUSABLE when its directory cannot be written to.
 */
export async function openArtifactCache(options: ArtifactCacheOptions): Promise<ArtifactCache> {
  const { directory, limits, rules, logger, openThread = openFileThread } = options;
  const own = openThread({ keep: true });
  const opened = await own.run('open', { directory }).catch((cause: unknown) => {
    own.close();
    throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
      message: `the cache of model files in ${directory} cannot be used: ${(cause as Error).message}; correct its permissions, or remove the directory: it is made again`,
      cause,
    });
  });
  if (opened.strays > 0) {
    logger.warn(
      { directory, strays: opened.strays },
      'took away what did not belong into the cache of models',
    );
  }
  const blobs = new Map(opened.blobs);
  const snapshots = new Set(opened.snapshots);
  const references = new ReferenceCounts();
  const results = { hits: 0, misses: 0, failures: 0, damaged: 0 };
  const stop = new AbortController();
  const inTurn = limitRunning(maxCopies);
  const verifying = new Map<string, Promise<SnapshotVerdict>>();

  /** Looks at a snapshot, once for all who want it at the same time. */
  function verify(digest: string, written: readonly KnownFile[]): Promise<SnapshotVerdict> {
    const same = verifying.get(digest);
    if (same !== undefined) return same;
    const started = own.run('verify', { directory, digest, written }).finally(() => verifying.delete(digest));
    verifying.set(digest, started);
    return started;
  }

  async function isWhole(digest: string, written: readonly KnownFile[] = []): Promise<boolean> {
    const verdict = await verify(digest, written);
    if (verdict.state === 'whole') return true;
    snapshots.delete(digest);
    if (verdict.state === 'damaged') {
      results.damaged += verdict.damagedFiles;
      const { damagedFiles: files } = verdict;
      logger.error(
        { digest, files, directory },
        'files of a model in the cache were damaged; they are fetched again',
      );
    }
    return false;
  }

  function copy({ path, trusted }: ArtifactRequest, signal: AbortSignal): Promise<CopiedOrigin> {
    return inTurn(async () => {
      const thread = openThread({ keep: false });
      const ending = () => thread.close();
      stop.signal.addEventListener('abort', ending);
      try {
        const knownSizes = new Set(blobs.values());
        const copied = await thread.run(
          'copy',
          { directory, path, trusted, rules, limits, knownSizes },
          signal,
        );
        for (const { sha256, bytes } of copied.files) blobs.set(sha256, bytes);
        return copied;
      } finally {
        stop.signal.removeEventListener('abort', ending);
      }
    });
  }

  /** Gives a snapshot its name, unless it got it meanwhile. */
  function publish({ digest, staging }: CopiedOrigin): void {
    try {
      renameSync(staging, snapshotPath(directory, digest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
      void discard(staging);
    }
    snapshots.add(digest);
  }

  async function sweep(leaving: readonly string[]): Promise<number> {
    const removed = await own.run('sweep', { directory, leaving });
    for (const [sha256] of removed) blobs.delete(sha256);
    return removed.reduce((sum, [, bytes]) => sum + bytes, 0);
  }

  /** Removes a snapshot that gets no name. What stays because that fails is removed at the next start. */
  function discard(staging: string): Promise<void> {
    return rm(staging, { recursive: true, force: true }).catch((error: unknown) => {
      logger.warn({ staging, detail: String(error) }, 'could not remove a copy of a model');
    });
  }

  async function holding<T>(digest: string, work: () => Promise<T>): Promise<T> {
    references.add(digest);
    try {
      return await work();
    } finally {
      references.remove(digest);
    }
  }

  /** Whether the cache has the files and they are good. */
  function takeHit(digest: string, done: (digest: string) => void): Promise<boolean> {
    return holding(digest, async () => {
      const whole = await isWhole(digest);
      if (whole) {
        results.hits += 1;
        done(digest);
      }
      return whole;
    });
  }

  /** Whether what was just copied is there under its name, whole. */
  function settle(copied: CopiedOrigin, done: (digest: string) => void): Promise<boolean> {
    const { digest, staging, written } = copied;
    return holding(digest, async () => {
      if (snapshots.has(digest) && (await isWhole(digest))) void discard(staging);
      else publish(copied);
      const whole = await isWhole(digest, written);
      if (whole) {
        results.misses += 1;
        done(digest);
      }
      return whole;
    });
  }

  async function fetchFromOrigin(
    request: ArtifactRequest,
    signal: AbortSignal,
    done: (digest: string) => void,
  ): Promise<void> {
    const { path, digest } = request;
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const copied = await copy(request, signal);
      if (digest !== null && copied.digest !== digest) {
        void discard(copied.staging);
        throw new BeelineError('MODEL_CHANGED', {
          message: `the files in ${path} are no longer those of this revision (${digest}); deploy again to use them as they are now`,
          detail: `found ${copied.digest} with ${copied.files.length} files`,
        });
      }
      if (await settle(copied, done)) return;
    }
    throw new BeelineError('INTERNAL_ERROR', {
      message: `files of a model that were just written in ${directory} were damaged ${maxAttempts} times; look at the disk`,
    });
  }

  async function fetchOnce(
    request: ArtifactRequest,
    signal: AbortSignal,
    done: (digest: string) => void,
  ): Promise<void> {
    const { digest } = request;
    const known = digest !== null && snapshots.has(digest);
    try {
      if (known && (await takeHit(digest, done))) return;
      await fetchFromOrigin(request, signal, done);
    } catch (error) {
      if (stop.signal.aborted) throw closing();
      results.failures += 1;
      throw known && error instanceof BeelineError ? notHealed(error) : error;
    }
  }

  const shared = shareWork((digest: string): Artifact => {
    let held = true;
    references.add(digest);
    return {
      digest,
      directory: filesIn(snapshotPath(directory, digest)),
      release() {
        if (held) references.remove(digest);
        held = false;
      },
    };
  });

  return {
    fetch(request, signal) {
      const name = JSON.stringify([request.path, request.digest, request.trusted]);
      return shared.join(name, (abandoned, done) => fetchOnce(request, abandoned, done), signal);
    },
    async evict(keep) {
      const kept = keep();
      const leaving: string[] = [];
      // Nothing is waited for between the look at who uses a snapshot and its removal: nobody can come in between.
      for (const digest of snapshots) {
        if (kept.has(digest) || references.count(digest) > 0) continue;
        snapshots.delete(digest);
        leaving.push(...takeAway(directory, digest));
      }
      return await sweep(leaving);
    },
    counts: () => ({
      files: blobs.size,
      bytes: [...blobs.values()].reduce((sum, bytes) => sum + bytes, 0),
      ...results,
    }),
    close() {
      stop.abort();
      own.close();
    },
  };
}
