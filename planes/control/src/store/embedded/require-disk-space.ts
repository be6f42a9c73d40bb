import { statfsSync } from 'node:fs';
import { BeelineError } from '@beeline/core/base';

/**
 * Room that is kept free: two segments of the database's log, and the largest message. PGlite comes to a stop, and the
 * process with it, when a write finds the disk full; so writes are refused before.
 */
const reserveBytes = 64 * 1024 * 1024;
const lookEveryMs = 100;

/** Refuses writes while the disk has no room for them; reading goes on. */
export function requireDiskSpace(directory: string): () => void {
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let freeBytes = 0;
  return () => {
    const nowMs = performance.now();
    if (nowMs - lookedAtMs >= lookEveryMs) {
      const { bavail, bsize } = statfsSync(directory);
      freeBytes = bavail * bsize;
      lookedAtMs = nowMs;
    }
    if (freeBytes >= reserveBytes) return;
    throw new BeelineError('STORE_UNAVAILABLE', {
      message: `the disk of ${directory} is full (${Math.floor(freeBytes / 1024 / 1024)} MiB are free, and the database needs 64 MiB): free some space; reading and inference go on`,
      retryAfterMs: 5_000,
    });
  };
}
