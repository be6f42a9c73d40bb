import { createHash } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { BeelineError, formatByteSize } from '@beeline/core/base';
import {
  chunkBytes,
  FileChanged,
  type FileDigest,
  hashFile,
  type ListedFile,
  listFileSteps,
  type ManifestFile,
  type ModelFileLimits,
  manifestDigest,
  NotRegularFile,
  type OriginRules,
  openRegularFile,
  readContents,
  type Steps,
} from '@beeline/core/model-files';
import { blobPath, filesIn, incomingPath, manifestIn } from './cache-paths.ts';
import { checkOrigin } from './check-origin.ts';
import { type KnownFile, knownFile } from './remembered-files.ts';
import { setAside } from './set-aside.ts';
import { syncFiles, writeSynced } from './sync-files.ts';

export interface CopyRequest {
  readonly directory: string;
  /** Directory of the origin. */
  readonly path: string;
  /** Whether the owner of the platform named it. */
  readonly trusted: boolean;
  readonly rules: OriginRules;
  readonly limits: ModelFileLimits;
  /** Sizes of the contents that the cache has: a file of another size is not among them. */
  readonly knownSizes: ReadonlySet<number>;
}

/** A snapshot that is whole and has no name yet. */
export interface CopiedOrigin {
  readonly digest: string;
  /** Where it lies in incoming/. */
  readonly staging: string;
  readonly files: readonly ManifestFile[];
  /** Those that were written now, so that they need not be checked. */
  readonly written: readonly KnownFile[];
}

interface Copy {
  readonly request: CopyRequest;
  /** Real path of the origin. */
  readonly root: string;
  readonly staging: string;
  readonly buffer: Buffer;
  readonly sizes: Set<number>;
  /** What was written, and by hash where it lies in the new snapshot. */
  readonly written: { readonly path: string; readonly known: KnownFile }[];
  readonly paths: Map<string, string>;
  bytes: number;
}

/** Why a file of the origin could not be read, for the person who put it there; null when it is not about the file. */
function describeOriginFault(error: unknown): string | null {
  if (error instanceof NotRegularFile) return 'was replaced by something that is no regular file';
  if (error instanceof FileChanged)
    return 'was written to while it was read; deploy again when it is complete';
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return 'disappeared while it was read';
    case 'EACCES':
    case 'EPERM':
      return 'cannot be read by this user';
    case 'EIO':
    case 'ESTALE':
      return 'cannot be read: its disk gives an error';
    default:
      return null;
  }
}

/** Does something with a file of the origin, and says what is wrong with it when that fails. */
function* readingOrigin<T>(path: string, work: () => Steps<T>): Steps<T> {
  try {
    return yield* work();
  } catch (error) {
    const fault = error instanceof BeelineError ? null : describeOriginFault(error);
    if (fault === null) throw error;
    throw new BeelineError('MODEL_INVALID', { message: `${path} ${fault}`, cause: error });
  }
}

/** Does something in the cache's own directory, and says so when that fails. */
function inCache<T>(directory: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new BeelineError('INTERNAL_ERROR', {
      message: `the location cannot keep the files of the model in ${directory}: ${code ?? message}; make room there, or correct its permissions`,
      cause,
    });
  }
}

const holds = (found: Stats | undefined, bytes: number) => found?.isFile() === true && found.size === bytes;

/** Makes a file of the new snapshot from contents that are there; false when that cannot be. */
function linkContents(from: string, bytes: number, target: string): boolean {
  if (!holds(lstatSync(from, { throwIfNoEntry: false }), bytes)) return false;
  try {
    linkSync(from, target);
    return true;
  } catch {
    return false; // it has gone meanwhile, or has as many links as a file can have: it is written anew
  }
}

function* writeFile(copy: Copy, source: string, target: string): Steps<FileDigest> {
  const { directory, limits } = copy.request;
  const file = openRegularFile(source, source);
  try {
    copy.bytes += file.stats.size;
    if (copy.bytes > limits.maxBytes) {
      const bound = formatByteSize(limits.maxBytes);
      throw new BeelineError('MODEL_INVALID', {
        message: `the files in ${copy.root} have more than ${bound} together`,
      });
    }
    const fd = inCache(directory, () => openSync(target, 'wx', 0o444));
    try {
      const hash = createHash('sha256');
      yield* readContents(file, copy.buffer, (chunk) => {
        hash.update(chunk);
        inCache(directory, () => writeFileSync(fd, chunk)); // all of it, which writeSync does not promise
      });
      const sha256 = hash.digest('hex');
      copy.written.push({ path: target, known: knownFile(fstatSync(fd), sha256) });
      copy.paths.set(sha256, target);
      copy.sizes.add(file.stats.size);
      return { bytes: file.stats.size, sha256 };
    } finally {
      closeSync(fd);
    }
  } finally {
    closeSync(file.fd);
  }
}

function* takeFile(copy: Copy, { path, bytes }: ListedFile): Steps<ManifestFile> {
  const source = join(copy.root, path);
  const target = join(filesIn(copy.staging), path);
  if (copy.sizes.has(bytes)) {
    const found = yield* hashFile(source, copy.buffer, source);
    const here = copy.paths.get(found.sha256) ?? blobPath(copy.request.directory, found.sha256);
    if (found.bytes === bytes && linkContents(here, bytes, target)) {
      copy.bytes += bytes;
      return { path, ...found };
    }
  }
  return { path, ...(yield* writeFile(copy, source, target)) };
}

/** Whether contents have their name among the blobs now, be it from another copy that came first. */
function nameContents(path: string, blob: string, bytes: number): boolean {
  try {
    linkSync(path, blob);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return holds(lstatSync(blob, { throwIfNoEntry: false }), bytes);
  }
}

/** Gives what was written its name among the blobs, in place of what is damaged there. Other copies may do the same. */
function keepContents(directory: string, { sha256, size }: KnownFile, path: string): void {
  const blob = blobPath(directory, sha256);
  mkdirSync(dirname(blob), { recursive: true, mode: 0o700 });
  if (nameContents(path, blob, size)) return;
  setAside(directory, blob);
  nameContents(path, blob, size);
}

function* fillStaging(copy: Copy): Steps<CopiedOrigin> {
  const { request, root, staging } = copy;
  const { directory } = request;
  const listed = yield* listFileSteps(root, request.limits);
  const folders = new Set(listed.map(({ path }) => dirname(join(filesIn(staging), path))));
  inCache(directory, () => {
    for (const folder of folders) mkdirSync(folder, { recursive: true, mode: 0o700 });
  });
  const files: ManifestFile[] = [];
  for (const file of listed) {
    files.push(yield* readingOrigin(join(root, file.path), () => takeFile(copy, file)));
    yield;
  }
  const written = copy.written.map(({ known }) => known);
  yield* syncFiles(
    staging,
    copy.written.map(({ path }) => path),
  );
  return inCache(directory, () => {
    for (const { path, known } of copy.written) keepContents(directory, known, path);
    writeSynced(manifestIn(staging), JSON.stringify(files), [...folders, filesIn(staging), staging]);
    const digest = manifestDigest(files);
    return { digest, staging, files, written };
  });
}

/**
 * Takes over the files of an origin: makes a snapshot of them in incoming/. What the cache has already is linked, the
 * rest is copied; all of it is on the disk when this is done. The digest always fits what was kept.
 * @throws BeelineError ORIGIN_REFUSED, MODEL_MISSING, MODEL_INVALID; INTERNAL_ERROR when the cache has no room.
 */
export function* copyOrigin(request: CopyRequest): Steps<CopiedOrigin> {
  const root = checkOrigin(request.path, request.trusted, request.rules);
  const staging = incomingPath(request.directory);
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const copy: Copy = {
    ...{ request, root, staging, buffer },
    sizes: new Set(request.knownSizes),
    written: [],
    paths: new Map(),
    bytes: 0,
  };
  let done = false;
  try {
    const copied = yield* fillStaging(copy);
    done = true;
    return copied;
  } finally {
    if (!done) rmSync(staging, { recursive: true, force: true });
  }
}
