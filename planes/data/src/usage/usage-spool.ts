import { lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asBeelineError, type Logger } from '@beeline/core/base';
import { readRegularFile } from '@beeline/core/service';

/** Records that are delivered together, under a name that makes a repeated delivery harmless. */
export interface UsageBatch {
  readonly records: number;
  /** The JSON text of an `ExecutionsMessage`. */
  readonly message: Uint8Array<ArrayBuffer>;
}

interface SpooledFile {
  readonly name: string;
  readonly bytes: number;
  readonly records: number;
}

/** Batches on disk, oldest first, inside a limit of bytes. */
export interface UsageSpool {
  readonly files: number;
  readonly bytes: number;
  /** Never rejects: what the disk does not take is lost and counted. */
  save(batch: UsageBatch): Promise<void>;
  /** The oldest batch, or null when there is none. A damaged file is told to the log, dropped and skipped. */
  oldest(): Promise<UsageBatch | null>;
  /** Removes the oldest batch, once it was delivered. */
  removeOldest(): Promise<void>;
}

const namePattern = /^(\d{12})-(\d+)\.json$/;

interface SpoolOptions {
  readonly maxBytes: number;
  readonly logger: Logger;
  /** Hears of records that are lost. */
  onDropped(records: number): void;
}

/** What an earlier process left, oldest first. Whatever else lies there is removed. */
async function listSpooled(directory: string): Promise<SpooledFile[]> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const files: SpooledFile[] = [];
  for (const name of (await readdir(directory)).sort()) {
    const match = namePattern.exec(name);
    if (match === null) await rm(join(directory, name), { recursive: true, force: true });
    else files.push({ name, bytes: (await lstat(join(directory, name))).size, records: Number(match[2]) });
  }
  return files;
}

/** Opens the spool directory. When it cannot be used, the log says so, and records are only kept in memory. */
export async function openUsageSpool(directory: string, options: SpoolOptions): Promise<UsageSpool> {
  const { logger } = options;
  let failing = false;

  function tellFailure(thrown: unknown): void {
    const { detail } = asBeelineError(thrown);
    const lost =
      'execution records cannot be kept on disk: those that control does not take at once are lost';
    if (!failing) logger.error({ directory, detail }, lost);
    failing = true;
  }

  const files = await listSpooled(directory).catch((thrown: unknown): SpooledFile[] => {
    tellFailure(thrown);
    return [];
  });
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  let next = Number(namePattern.exec(files.at(-1)?.name ?? '')?.[1] ?? 0) + 1;

  async function write(name: string, message: Uint8Array): Promise<boolean> {
    const path = join(directory, name);
    try {
      await writeFile(`${path}.new`, message, { mode: 0o600 });
      await rename(`${path}.new`, path);
      failing = false;
      return true;
    } catch (thrown) {
      tellFailure(thrown);
      await rm(`${path}.new`, { recursive: true, force: true }).catch(() => {}); // told above
      return false;
    }
  }

  async function removeFirst(): Promise<SpooledFile | undefined> {
    const file = files.shift();
    if (file === undefined) return undefined;
    bytes -= file.bytes;
    await rm(join(directory, file.name), { recursive: true, force: true });
    return file;
  }

  return {
    get files() {
      return files.length;
    },
    get bytes() {
      return bytes;
    },
    async save(batch) {
      const size = batch.message.length;
      while (files.length > 0 && bytes + size > options.maxBytes) {
        options.onDropped((await removeFirst())?.records ?? 0);
      }
      if (size > options.maxBytes) {
        options.onDropped(batch.records);
        return;
      }
      const name = `${String(next).padStart(12, '0')}-${batch.records}.json`;
      next += 1;
      if (!(await write(name, batch.message))) {
        options.onDropped(batch.records);
        return;
      }
      files.push({ name, bytes: size, records: batch.records });
      bytes += size;
    },
    async oldest() {
      for (let file = files[0]; file !== undefined; file = files[0]) {
        try {
          const message = await readRegularFile(join(directory, file.name), options.maxBytes);
          JSON.parse(message.toString()); // throws for a damaged one
          return { records: file.records, message };
        } catch (error) {
          logger.warn({ file: file.name, error: String(error) }, 'a file of execution records is damaged');
          options.onDropped(file.records);
          await removeFirst();
        }
      }
      return null;
    },
    async removeOldest() {
      await removeFirst();
    },
  };
}
