import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@beeline/core/base';

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
  save(batch: UsageBatch): Promise<void>;
  /** The oldest batch, or null when there is none. A damaged file is told to the log, dropped and skipped. */
  oldest(): Promise<UsageBatch | null>;
  /** Removes the oldest batch, once it was delivered. */
  removeOldest(): Promise<void>;
}

const namePattern = /^(\d{12})-(\d+)\.json$/;

/** Opens the spool directory with what an earlier process left in it; `onDropped` hears of records that are lost. */
export async function openUsageSpool(
  directory: string,
  options: { readonly maxBytes: number; readonly logger: Logger; onDropped(records: number): void },
): Promise<UsageSpool> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const files: SpooledFile[] = [];
  for (const name of (await readdir(directory)).sort()) {
    const match = namePattern.exec(name);
    if (match === null) await rm(join(directory, name), { force: true });
    else files.push({ name, bytes: (await stat(join(directory, name))).size, records: Number(match[2]) });
  }
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  let next = Number(namePattern.exec(files.at(-1)?.name ?? '')?.[1] ?? 0) + 1;

  async function removeFirst(): Promise<SpooledFile | undefined> {
    const file = files.shift();
    if (file === undefined) return undefined;
    bytes -= file.bytes;
    await rm(join(directory, file.name), { force: true });
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
      const path = join(directory, name);
      await writeFile(`${path}.new`, batch.message, { mode: 0o600 });
      await rename(`${path}.new`, path);
      files.push({ name, bytes: size, records: batch.records });
      bytes += size;
    },
    async oldest() {
      for (let file = files[0]; file !== undefined; file = files[0]) {
        try {
          const message = await readFile(join(directory, file.name));
          JSON.parse(message.toString()); // throws for a damaged one
          return { records: file.records, message };
        } catch (error) {
          options.logger.warn(
            { file: file.name, error: String(error) },
            'a file of execution records is damaged',
          );
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
