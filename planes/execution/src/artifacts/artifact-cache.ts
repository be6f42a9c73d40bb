import { BeelineError, type Clock, formatDuration, type Logger } from '@beeline/core/base';
import type { ModelFileLimits, OriginRules } from '@beeline/core/model-files';
import type { CopiedOrigin } from './disk/copy-origin.ts';
import { openFileThread, type StallLimit } from './file-thread.ts';
import { limitRunning } from './limit-running.ts';
import { shareWork } from './share-work.ts';
import { openSnapshotStore, type SnapshotStore } from './snapshot-store.ts';

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
  /** How long a copy may get nowhere, in milliseconds; for ever when absent or 0. */
  readonly stall?: { readonly ms: number; readonly clock: Clock };
  /** Where work with files is done; threads of their own when absent. */
  readonly openThread?: typeof openFileThread;
}

/** Origins that are read at the same time; one that does not answer must not hold up the others. */
const maxCopies = 8;
/** A copy that comes out damaged so often says that the disk is broken. */
const maxAttempts = 3;

const closing = () => new BeelineError('SHUTTING_DOWN', { message: 'the location is stopping; try again' });

/** The cache had the files, and the origin does not give them: without it nobody would look for the cause there. */
function notHealed({ code, message, detail }: BeelineError): BeelineError {
  return new BeelineError(code, {
    message: `the files of this revision were damaged on the location's disk and cannot be fetched again: ${message}`,
    ...(detail === undefined ? {} : { detail }),
  });
}

function stallLimit({ stall }: ArtifactCacheOptions, path: string): { readonly stall?: StallLimit } {
  if (stall === undefined || stall.ms === 0) return {};
  const message = `the files in ${path} cannot be read: their disk or network mount gave nothing for ${formatDuration(stall.ms)} (artifactStallTimeout); see to it, the location tries again`;
  return { stall: { ...stall, error: () => new BeelineError('INTERNAL_ERROR', { message }) } };
}

function changed({ path, digest }: ArtifactRequest, copied: CopiedOrigin): BeelineError {
  return new BeelineError('MODEL_CHANGED', {
    message: `the files in ${path} are no longer those of this revision (${digest}); deploy again to use them as they are now`,
    detail: `found ${copied.digest} with ${copied.files.length} files`,
  });
}

type Done = (digest: string) => void;

/** One cache, while it is open. */
class OpenCache {
  readonly results = { hits: 0, misses: 0, failures: 0 };
  readonly #options: ArtifactCacheOptions;
  readonly #store: SnapshotStore;
  readonly #stop = new AbortController();
  readonly #inTurn = limitRunning(maxCopies);

  constructor(options: ArtifactCacheOptions, store: SnapshotStore) {
    this.#options = options;
    this.#store = store;
  }

  async fetch(request: ArtifactRequest, signal: AbortSignal, done: Done): Promise<void> {
    const { digest } = request;
    const known = digest !== null && this.#store.has(digest);
    try {
      if (known && (await this.#takeHit(digest, done))) return;
      await this.#fetchFromOrigin(request, signal, done);
    } catch (error) {
      if (this.#stop.signal.aborted) throw closing();
      if (signal.aborted) throw error;
      this.results.failures += 1;
      throw known && error instanceof BeelineError ? notHealed(error) : error;
    }
  }

  close(): void {
    this.#stop.abort();
  }

  async #holding(digest: string, work: () => Promise<boolean>): Promise<boolean> {
    const release = this.#store.hold(digest);
    try {
      return await work();
    } finally {
      release();
    }
  }

  /** Whether the cache has the files and they are good. */
  #takeHit(digest: string, done: Done): Promise<boolean> {
    return this.#holding(digest, async () => {
      if (!(await this.#store.isWhole(digest))) return false;
      this.results.hits += 1;
      done(digest);
      return true;
    });
  }

  async #fetchFromOrigin(request: ArtifactRequest, signal: AbortSignal, done: Done): Promise<void> {
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const copied = await this.#copy(request, signal);
      if (request.digest !== null && copied.digest !== request.digest) {
        this.#store.discard(copied);
        throw changed(request, copied);
      }
      if (await this.#settle(copied, done)) return;
    }
    throw new BeelineError('INTERNAL_ERROR', {
      message: `files of a model that were just written in ${this.#options.directory} were damaged ${maxAttempts} times; look at the disk`,
    });
  }

  #copy({ path, trusted }: ArtifactRequest, signal: AbortSignal): Promise<CopiedOrigin> {
    const { directory, rules, limits, openThread = openFileThread } = this.#options;
    return this.#inTurn(async () => {
      signal.throwIfAborted();
      this.#stop.signal.throwIfAborted();
      const thread = openThread({ keep: false, ...stallLimit(this.#options, path) });
      const end = () => thread.close();
      this.#stop.signal.addEventListener('abort', end);
      try {
        const knownSizes = new Set(this.#store.sizes());
        return await thread.run('copy', { directory, path, trusted, rules, limits, knownSizes }, signal);
      } finally {
        this.#stop.signal.removeEventListener('abort', end);
      }
    });
  }

  /** Whether what was just copied is there under its name, whole. */
  #settle(copied: CopiedOrigin, done: Done): Promise<boolean> {
    const { digest, written } = copied;
    return this.#holding(digest, async () => {
      if (this.#store.has(digest) && (await this.#store.isWhole(digest))) this.#store.discard(copied);
      else this.#store.publish(copied);
      if (!(await this.#store.isWhole(digest, written))) return false;
      this.results.misses += 1;
      done(digest);
      return true;
    });
  }
}

/**
 * Opens the cache, and removes what a crash left half done.
 * @throws BeelineError DATA_DIRECTORY_UNUSABLE when its directory cannot be written to.
 */
export async function openArtifactCache(options: ArtifactCacheOptions): Promise<ArtifactCache> {
  const { directory, logger, openThread = openFileThread } = options;
  const thread = openThread({ keep: true });
  const store = await openSnapshotStore(directory, thread, logger).catch((error: unknown) => {
    thread.close();
    throw error;
  });
  const cache = new OpenCache(options, store);
  const shared = shareWork(
    (digest: string): Artifact => ({
      digest,
      directory: store.directoryOf(digest),
      release: store.hold(digest),
    }),
  );
  return {
    fetch(request, signal) {
      const name = JSON.stringify([request.path, request.digest, request.trusted]);
      return shared.join(name, (abandoned, done) => cache.fetch(request, abandoned, done), signal);
    },
    evict: (keep) => store.evict(keep()),
    counts() {
      const sizes = [...store.sizes()];
      const bytes = sizes.reduce((sum, size) => sum + size, 0);
      return { files: sizes.length, bytes, ...cache.results, damaged: store.damaged() };
    },
    close() {
      cache.close();
      thread.close();
    },
  };
}
