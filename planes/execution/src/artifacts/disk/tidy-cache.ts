import { type Dirent, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Steps } from '@beeline/core/model-files';
import { cacheFolders, digestOfSnapshotName, isBlobName } from './cache-paths.ts';
import type { RememberedFiles } from './remembered-files.ts';
import { setAside } from './set-aside.ts';

export interface TidyRequest {
  readonly directory: string;
}

/** Contents that the cache has. */
export type BlobSize = readonly [sha256: string, bytes: number];

export interface OpenedCache {
  readonly blobs: readonly BlobSize[];
  /** Digests of the snapshots that have a name; what is in them is looked at when they are used. */
  readonly snapshots: readonly string[];
  /** How many things lay there that are none of the cache's. */
  readonly strays: number;
}

const isDirectory = (path: string) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** Makes the folders of the cache, in place of whatever else has their names. */
function makeFolders(directory: string): void {
  for (const name of cacheFolders) {
    const path = join(directory, name);
    if (!isDirectory(path)) rmSync(path, { recursive: true, force: true });
    mkdirSync(path, { recursive: true, mode: 0o700 });
  }
}

function* eachBlob(
  directory: string,
  onStray: (path: string) => void,
): Generator<{ readonly sha256: string; readonly path: string }> {
  const root = join(directory, 'blobs');
  for (const folder of readdirSync(root, { withFileTypes: true })) {
    if (!folder.isDirectory()) {
      onStray(join(root, folder.name));
      continue;
    }
    for (const entry of readdirSync(join(root, folder.name), { withFileTypes: true })) {
      const path = join(root, folder.name, entry.name);
      if (entry.isFile() && isBlobName(folder.name, entry.name)) yield { sha256: entry.name, path };
      else onStray(path);
    }
  }
}

const isSnapshot = (entry: Dirent) => entry.isDirectory() && digestOfSnapshotName(entry.name) !== null;

/**
 * Gets the cache ready for use: removes what a crash left half done, and takes away what is none of the cache's.
 * Whatever was damaged, this works as long as the directory can be written to.
 */
export function* openCache({ directory }: TidyRequest): Steps<OpenedCache> {
  rmSync(join(directory, 'incoming'), { recursive: true, force: true });
  makeFolders(directory);
  let strays = 0;
  const takeAway = (path: string) => {
    strays += 1;
    setAside(directory, path);
  };
  const blobs: BlobSize[] = [];
  for (const { sha256, path } of eachBlob(directory, takeAway)) {
    blobs.push([sha256, lstatSync(path).size]);
    if (blobs.length % 256 === 0) yield;
  }
  const snapshots: string[] = [];
  for (const entry of readdirSync(join(directory, 'snapshots'), { withFileTypes: true })) {
    const digest = digestOfSnapshotName(entry.name);
    if (digest !== null && isSnapshot(entry)) snapshots.push(digest);
    else takeAway(join(directory, 'snapshots', entry.name));
  }
  return { blobs, snapshots, strays };
}

export interface SweepRequest {
  readonly directory: string;
  /** What was moved to incoming/ to be removed. */
  readonly leaving: readonly string[];
}

/** Removes what is leaving, and then the contents that no snapshot links to; tells which. */
export function* sweepCache(
  { directory, leaving }: SweepRequest,
  remembered: RememberedFiles,
): Steps<readonly BlobSize[]> {
  for (const path of leaving) {
    rmSync(path, { recursive: true, force: true });
    yield;
  }
  const removed: BlobSize[] = [];
  const kept = new Set<number>();
  for (const { sha256, path } of eachBlob(directory, () => {})) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) continue;
    if (found.nlink > 1) kept.add(found.ino);
    else {
      rmSync(path, { force: true });
      removed.push([sha256, found.size]);
    }
    if ((removed.length + kept.size) % 256 === 0) yield;
  }
  remembered.keepOnly(kept);
  return removed;
}
