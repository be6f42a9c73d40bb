import { formatByteSize } from '@beeline/core/base';
import { digestFiles, type ListedFile, listFiles } from '@beeline/core/model-files';
import { parseFileOrigin } from '@beeline/core/resources';
import { type CliIo, writeLine } from '../cli-io.ts';
import { paint, show } from '../terminal/show.ts';
import type { Manifest } from './parse-manifest.ts';
import type { LocatedManifest } from './read-manifests.ts';

/** What a location takes by default; beyond that it is for the location to say what is wrong. */
const limits = { maxFiles: 10_000, maxBytes: 512 * 1024 ** 3 };
/** Reading so much takes seconds, and a person wants to know what for. */
const toldFromBytes = 1024 ** 3;

async function listHere(path: string): Promise<readonly ListedFile[] | null> {
  try {
    return await listFiles(path, limits);
  } catch {
    return null; // not on this machine, or no good: the location looks for itself and says why
  }
}

async function digestHere(path: string, files: readonly ListedFile[]): Promise<string | null> {
  try {
    return await digestFiles(path, files);
  } catch {
    return null; // they change this moment, or this user may not read them: as above
  }
}

/** The digest of the files in a directory, as far as they can be read here. */
async function digestOf(io: CliIo, path: string): Promise<string | null> {
  const files = await listHere(path);
  if (files === null) return null;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  if (bytes >= toldFromBytes) {
    const text = `reading ${formatByteSize(bytes)} in ${path} to see whether the files changed`;
    await writeLine(io.stderr, paint(io.stderr, io.env, 'dim', text));
  }
  return await digestHere(path, files);
}

/**
 * Adds to a model from a directory on this machine the digest of its files: files that changed make a new revision,
 * though the manifest stays the same. A digest that the manifest has is kept, with a warning when the files have
 * another one.
 */
export async function pinModelFiles(io: CliIo, { manifest, where }: LocatedManifest): Promise<Manifest> {
  if (manifest.kind !== 'Model') return manifest;
  const { input } = manifest;
  const { runtime } = input.spec;
  const origin = parseFileOrigin(runtime.model);
  const found = origin.ok ? await digestOf(io, origin.path) : null;
  if (found === null || found === runtime.modelDigest) return manifest;
  if (runtime.modelDigest !== undefined) {
    const label = paint(io.stderr, io.env, 'yellow', 'warning:');
    const text = `the files are no longer those of spec.runtime.modelDigest and will not be used; take it out to deploy them as they are now`;
    await writeLine(io.stderr, show`${label} ${where}: ${text}`);
    return manifest;
  }
  const pinned = { ...runtime, modelDigest: found };
  return { ...manifest, input: { ...input, spec: { ...input.spec, runtime: pinned } } };
}
