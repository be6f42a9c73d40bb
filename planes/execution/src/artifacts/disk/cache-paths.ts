import { join } from 'node:path';
import { randomText } from '@beeline/core/base';

/*
 * The layout of the cache:
 *
 *   blobs/ab/ab12…        contents, under their SHA-256
 *   snapshots/sha256-…/   files/ in the layout of a model, each a hard link to a blob, and manifest.json
 *   incoming/             what is being made or removed; emptied at every start
 *   quarantine/           the last damaged files, for people to look at
 *
 * The number of links to a blob is how often it is used: with one, its name in blobs/, nobody needs it.
 */

export const cacheFolders = ['blobs', 'snapshots', 'incoming', 'quarantine'] as const;

const sha256Pattern = /^[0-9a-f]{64}$/;

/** Whether contents with this hash belong into this folder of blobs/. */
export const isBlobName = (folder: string, name: string) =>
  sha256Pattern.test(name) && name.slice(0, 2) === folder;

export function blobPath(directory: string, sha256: string): string {
  return join(directory, 'blobs', sha256.slice(0, 2), sha256);
}

/** The digest that a name in snapshots/ stands for; null when it stands for none. */
export function digestOfSnapshotName(name: string): string | null {
  const [prefix, hex = '', ...rest] = name.split('-');
  return prefix === 'sha256' && sha256Pattern.test(hex) && rest.length === 0 ? `sha256:${hex}` : null;
}

export function snapshotPath(directory: string, digest: string): string {
  return join(directory, 'snapshots', digest.replace(':', '-'));
}

/** Directory of a snapshot's files, in the layout of its origin; `snapshot` may still be in incoming/. */
export const filesIn = (snapshot: string): string => join(snapshot, 'files');

export const manifestIn = (snapshot: string): string => join(snapshot, 'manifest.json');

/** A new name in incoming/. */
export const incomingPath = (directory: string): string => join(directory, 'incoming', randomText(20));
