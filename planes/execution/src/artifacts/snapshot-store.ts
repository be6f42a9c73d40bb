import { renameSync } from 'node:fs';
import { BeelineError, type Logger } from '@beeline/core/base';
import { filesIn, incomingPath, snapshotPath } from './disk/cache-paths.ts';
import type { CopiedOrigin } from './disk/copy-origin.ts';
import type { KnownFile } from './disk/remembered-files.ts';
import type { SnapshotVerdict } from './disk/verify-snapshot.ts';
import type { FileThread } from './file-thread.ts';
import { ReferenceCounts } from './reference-counts.ts';

/** The snapshots and contents on the disk, and who uses them. */
export interface SnapshotStore {
  /** Whether there is a snapshot of this digest, good or not. */
  has(digest: string): boolean;
  directoryOf(digest: string): string;
  /** Whether there is one and it is good; a damaged one is taken away. `written` need not be looked at. */
  isWhole(digest: string, written?: readonly KnownFile[]): Promise<boolean>;
  /** Gives a copy its name, unless another got it meanwhile. */
  publish(copied: CopiedOrigin): void;
  /** Removes a copy that gets no name. */
  discard(copied: CopiedOrigin): void;
  /** Uses a snapshot until the returned function is called; a second call does nothing. */
  hold(digest: string): () => void;
  /** Removes the snapshots that nobody uses and `kept` does not have; gives how many bytes that freed. */
  evict(kept: ReadonlySet<string>): Promise<number>;
  /** Contents that are kept. */
  sizes(): IterableIterator<number>;
  /** Files that were damaged. */
  damaged(): number;
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

const nameIsTaken = new Set(['ENOTEMPTY', 'EEXIST', 'ENOTDIR']);

/**
 * Opens what is on the disk. `thread` does all work with it but renaming.
 * @throws BeelineError DATA_DIRECTORY_UNUSABLE when the directory cannot be written to.
 */
export async function openSnapshotStore(
  directory: string,
  thread: FileThread,
  logger: Logger,
): Promise<SnapshotStore> {
  const opened = await thread.run('open', { directory }).catch((cause: unknown) => {
    throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
      message: `the cache of model files in ${directory} cannot be used: ${(cause as Error).message}; correct its permissions, or remove the directory: it is made again`,
      cause,
    });
  });
  const { strays } = opened;
  if (strays > 0) {
    logger.warn({ directory, strays }, 'took away what did not belong into the cache of models');
  }
  const blobs = new Map(opened.blobs);
  const snapshots = new Set(opened.snapshots);
  const references = new ReferenceCounts();
  const verifying = new Map<string, Promise<SnapshotVerdict>>();
  let damaged = 0;

  /** Looks at a snapshot, once for all who want it at the same time. */
  function verify(digest: string, written: readonly KnownFile[]): Promise<SnapshotVerdict> {
    const same = verifying.get(digest);
    if (same !== undefined) return same;
    const started = thread
      .run('verify', { directory, digest, written })
      .then((verdict) => {
        if (verdict.state === 'damaged') reportDamage(digest, verdict.damagedFiles);
        return verdict;
      })
      .finally(() => verifying.delete(digest));
    verifying.set(digest, started);
    return started;
  }

  function reportDamage(digest: string, files: number): void {
    damaged += files;
    const text = 'files of a model in the cache were damaged; they are fetched again';
    logger.error({ digest, files, directory }, text);
  }

  async function sweep(leaving: readonly string[]): Promise<number> {
    const removed = await thread.run('sweep', { directory, leaving });
    for (const [sha256] of removed) blobs.delete(sha256);
    return removed.reduce((sum, [, bytes]) => sum + bytes, 0);
  }

  /** What stays because this fails is removed at the next start. */
  function discard({ staging }: CopiedOrigin): void {
    sweep([staging]).catch((error: unknown) => {
      logger.warn({ staging, detail: String(error) }, 'could not remove a copy of a model');
    });
  }

  return {
    has: (digest) => snapshots.has(digest),
    directoryOf: (digest) => filesIn(snapshotPath(directory, digest)),
    async isWhole(digest, written = []) {
      const { state } = await verify(digest, written);
      if (state !== 'whole') snapshots.delete(digest);
      return state === 'whole';
    },
    publish(copied) {
      const { digest, staging, files } = copied;
      for (const { sha256, bytes } of files) blobs.set(sha256, bytes);
      try {
        renameSync(staging, snapshotPath(directory, digest));
      } catch (error) {
        if (!nameIsTaken.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
        discard(copied);
      }
      snapshots.add(digest);
    },
    discard,
    hold(digest) {
      let held = true;
      references.add(digest);
      return () => {
        if (held) references.remove(digest);
        held = false;
      };
    },
    async evict(kept) {
      const leaving: string[] = [];
      // Nothing is waited for between the look at who uses a snapshot and its removal: nobody can come in between.
      for (const digest of snapshots) {
        if (kept.has(digest) || references.count(digest) > 0) continue;
        snapshots.delete(digest);
        leaving.push(...takeAway(directory, digest));
      }
      return await sweep(leaving);
    },
    sizes: () => blobs.values(),
    damaged: () => damaged,
  };
}
