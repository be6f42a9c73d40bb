import { promises as fs } from 'node:fs';
import { dirname, join } from 'node:path';
import { randomText } from '@beeline/core/base';
import { type ManifestFile, manifestDigest } from '@beeline/core/contract';
import { blobPath } from './store-blob.ts';

const nameOf = (digest: string) => digest.replace(':', '-');

/** Directory of a snapshot's files, in the layout of its origin. */
export function snapshotDirectory(directory: string, digest: string): string {
  return join(directory, 'snapshots', nameOf(digest), 'files');
}

function manifestPath(directory: string, digest: string): string {
  return join(directory, 'snapshots', nameOf(digest), 'manifest.json');
}

/** What a snapshot consists of, or null when there is none or a file of it is gone or has another size. */
export async function loadSnapshot(
  directory: string,
  digest: string,
): Promise<readonly ManifestFile[] | null> {
  try {
    const files = JSON.parse(await fs.readFile(manifestPath(directory, digest), 'utf8')) as ManifestFile[];
    for (const file of files) {
      const facts = await fs.lstat(join(snapshotDirectory(directory, digest), file.path));
      if (facts.size !== file.bytes) return null;
    }
    return files;
  } catch {
    return null; // not there, or not whole: it is made again
  }
}

/** Puts a snapshot together from blobs by hard links. It appears under its name only when it is whole. */
export async function buildSnapshot(directory: string, files: readonly ManifestFile[]): Promise<string> {
  const digest = manifestDigest(files);
  const temporary = join(directory, 'incoming', randomText(20));
  const root = join(temporary, 'files');
  const final = join(directory, 'snapshots', nameOf(digest));
  try {
    for (const folder of new Set(files.map((file) => dirname(join(root, file.path))))) {
      await fs.mkdir(folder, { recursive: true });
    }
    for (const file of files) await fs.link(blobPath(directory, file.sha256), join(root, file.path));
    await fs.writeFile(join(temporary, 'manifest.json'), JSON.stringify(files), { flush: true });
    await fs.rm(final, { recursive: true, force: true });
    await fs.rename(temporary, final);
  } finally {
    await fs.rm(temporary, { recursive: true, force: true });
  }
  return digest;
}

/** Digests of all snapshots. */
export async function listSnapshots(directory: string): Promise<readonly string[]> {
  return (await fs.readdir(join(directory, 'snapshots'))).map((name) => name.replace('-', ':'));
}

/** Removes a snapshot; it disappears at once, its files follow. */
export async function removeSnapshot(directory: string, digest: string): Promise<void> {
  const temporary = join(directory, 'incoming', randomText(20));
  await fs.rename(join(directory, 'snapshots', nameOf(digest)), temporary);
  await fs.rm(temporary, { recursive: true, force: true });
}

interface Blob {
  readonly sha256: string;
  readonly bytes: number;
  /** Names of the contents on the disk: its own, and one in each snapshot that has it. */
  readonly links: number;
}

/** All contents that are kept, whether a snapshot has them or not. */
export async function listBlobs(directory: string): Promise<readonly Blob[]> {
  const blobs: Blob[] = [];
  for (const prefix of await fs.readdir(join(directory, 'blobs'))) {
    for (const sha256 of await fs.readdir(join(directory, 'blobs', prefix))) {
      const { size, nlink } = await fs.stat(join(directory, 'blobs', prefix, sha256));
      blobs.push({ sha256, bytes: size, links: nlink });
    }
  }
  return blobs;
}

/** Removes the blobs that no snapshot links to, and tells which. */
export async function removeUnusedBlobs(directory: string): Promise<readonly Blob[]> {
  const unused = (await listBlobs(directory)).filter(({ links }) => links === 1);
  for (const { sha256 } of unused) await fs.rm(blobPath(directory, sha256), { force: true });
  return unused;
}
