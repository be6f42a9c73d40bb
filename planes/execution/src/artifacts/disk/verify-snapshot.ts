import { lstatSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BeelineError } from '@beeline/core/base';
import {
  chunkBytes,
  hashFile,
  listFileSteps,
  type ManifestFile,
  manifestDigest,
  parseManifest,
  readSmallFile,
  type Steps,
} from '@beeline/core/model-files';
import { blobPath, filesIn, incomingPath, manifestIn, snapshotPath } from './cache-paths.ts';
import { knownFile, type RememberedFiles } from './remembered-files.ts';
import { setAside } from './set-aside.ts';

export interface VerifyRequest {
  readonly directory: string;
  readonly digest: string;
}

/** What a look at a snapshot found; a damaged one is there no longer. */
export type SnapshotVerdict =
  | { readonly state: 'whole' | 'absent' }
  | { readonly state: 'damaged'; readonly damagedFiles: number };

/** So many files are looked at in one part. */
const filesInStep = 64;
/** A manifest of a million files is shorter. */
const maxManifestBytes = 512 * 1024 * 1024;

/** Errors that say something of this process, and nothing of the file. */
const shortages = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);

function isShortage(error: unknown): boolean {
  return shortages.has((error as NodeJS.ErrnoException | undefined)?.code ?? '');
}

function readManifest(directory: string, digest: string): readonly ManifestFile[] | null {
  try {
    const text = readSmallFile(manifestIn(snapshotPath(directory, digest)), maxManifestBytes);
    const files = parseManifest(text.toString('utf8'));
    return files !== null && manifestDigest(files) === digest ? files : null;
  } catch (error) {
    if (isShortage(error)) throw error;
    return null; // missing or no file: damaged as well
  }
}

/** Whether a path leads to the contents it should: the size always, the hash when it was not checked before. */
function* isWhole(
  path: string,
  wanted: ManifestFile,
  buffer: Buffer,
  remembered: RememberedFiles,
): Steps<boolean> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile() || found.size !== wanted.bytes) return false;
  if (remembered.has(found, wanted.sha256)) return true;
  try {
    const { sha256 } = yield* hashFile(path, buffer);
    if (sha256 !== wanted.sha256) return false;
  } catch (error) {
    if (isShortage(error)) throw error;
    return false; // the disk does not give it out, or it is being changed: as good as damaged
  }
  remembered.add(knownFile(found, wanted.sha256));
  return true;
}

/** Whether anything lies among the files that does not belong there. */
function* hasStrays(root: string, files: readonly ManifestFile[]): Steps<boolean> {
  const known = new Set(files.map(({ path }) => path));
  try {
    const limits = { maxFiles: files.length, maxBytes: Number.MAX_SAFE_INTEGER };
    return (yield* listFileSteps(root, limits)).some(({ path }) => !known.has(path));
  } catch (error) {
    if (error instanceof BeelineError && !isShortage(error.cause)) return true;
    throw error;
  }
}

/**
 * Looks whether the files of a snapshot are those that its digest names. What is damaged goes to quarantine and the
 * snapshot with it, so that both are made again; a blob that is good stays.
 */
export function* verifySnapshot(
  { directory, digest }: VerifyRequest,
  remembered: RememberedFiles,
): Steps<SnapshotVerdict> {
  const snapshot = snapshotPath(directory, digest);
  if (lstatSync(snapshot, { throwIfNoEntry: false }) === undefined) return { state: 'absent' };
  const files = readManifest(directory, digest);
  if (files === null) {
    setAside(directory, snapshot);
    return { state: 'damaged', damagedFiles: 1 };
  }
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const root = filesIn(snapshot);
  const damaged: ManifestFile[] = [];
  for (const [index, file] of files.entries()) {
    if (!(yield* isWhole(join(root, file.path), file, buffer, remembered))) damaged.push(file);
    if (index % filesInStep === filesInStep - 1) yield;
  }
  const strays = damaged.length === 0 && (yield* hasStrays(root, files));
  if (damaged.length === 0 && !strays) return { state: 'whole' };
  const leaving = incomingPath(directory);
  renameSync(snapshot, leaving);
  for (const file of damaged) {
    setAside(directory, join(filesIn(leaving), file.path));
    const blob = blobPath(directory, file.sha256);
    if (!(yield* isWhole(blob, file, buffer, remembered))) rmSync(blob, { recursive: true, force: true });
  }
  rmSync(leaving, { recursive: true, force: true });
  return { state: 'damaged', damagedFiles: Math.max(1, damaged.length) };
}
