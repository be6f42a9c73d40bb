import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { asBeelineError, describeViolations, type FieldViolation, type Logger } from '../base/index.ts';
import { readRegularFile } from './read-regular-file.ts';

/** A saved document as it was read, or the rules that it breaks. */
export type ParsedDocument<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly violations: readonly FieldViolation[] };

/** A file of JSON that a process keeps to go on with after a restart, and that it can do without. */
export interface CacheFile<T> {
  /** What was saved last; null when there is nothing, or nothing that can be read: that is told to the log. */
  load(): Promise<T | null>;
  /**
   * Saves so that a crash at any moment leaves the old file or the new one; only the owner may read it. Never rejects:
   * a failure is told to the log, once until it works again, and gives false.
   */
  save(document: object): Promise<boolean>;
}

export interface CacheFileOptions<T> {
  readonly path: string;
  /** Names it in the log: `the saved routes`. */
  readonly what: string;
  /** What happens without it: `control sends them again`. */
  readonly instead: string;
  readonly logger: Logger;
  /** Reads what was saved, by this version or an earlier one. */
  parse(document: unknown): ParsedDocument<T>;
}

const maxBytes = 512 * 1024 * 1024;
const toldViolations = 3;

async function readDocument<T>({ path, parse }: CacheFileOptions<T>): Promise<T> {
  const parsed = parse(JSON.parse((await readRegularFile(path, maxBytes)).toString('utf8')));
  if (parsed.ok) return parsed.value;
  throw new Error(describeViolations(parsed.violations.slice(0, toldViolations)));
}

async function writeDocument(path: string, document: object): Promise<void> {
  const draft = `${path}.new`;
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await rm(draft, { recursive: true, force: true });
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(JSON.stringify(document));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

/** Opens a cache file; touches nothing before it is loaded or saved. Load it before anybody saves. */
export function openCacheFile<T>(options: CacheFileOptions<T>): CacheFile<T> {
  const { path, what, instead, logger } = options;
  let failing = false;
  let loaded = false;
  return {
    async load() {
      // Of an earlier process: this one has not written yet.
      if (!loaded) await rm(`${path}.new`, { recursive: true, force: true }).catch(() => {}); // told by the first save
      loaded = true;
      try {
        return await readDocument(options);
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null;
        const detail = thrown instanceof Error ? thrown.message : String(thrown);
        logger.warn({ path, detail }, `${what} cannot be read: ${instead}`);
        return null;
      }
    },
    async save(document) {
      try {
        await writeDocument(path, document);
        failing = false;
        return true;
      } catch (thrown) {
        await rm(`${path}.new`, { recursive: true, force: true }).catch(() => {}); // told below
        if (!failing) {
          const { detail } = asBeelineError(thrown);
          logger.warn({ path, detail }, `${what} cannot be saved: after a restart, ${instead}`);
        }
        failing = true;
        return false;
      }
    },
  };
}
