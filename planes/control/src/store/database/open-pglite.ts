import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BeelineError } from '@beeline/core/base';
import { PGlite, types } from '@electric-sql/pglite';
import { CamelCasePlugin, Kysely, PGliteDialect } from 'kysely';
import { lockDataDirectory } from './lock-data-directory.ts';
import { migrate } from './migrate.ts';
import type { Tables } from './tables.ts';

/** A database that is open, and the way to close it. */
export interface OpenDatabase {
  readonly db: Kysely<Tables>;
  close(): Promise<void>;
}

/** `-F` would turn fsync off; small shared buffers keep an idle platform small. */
const startParams = [
  ...PGlite.defaultStartParams.filter((param) => param !== '-F'),
  '-c',
  'shared_buffers=8MB',
];

function prepareDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
      message: `the data directory ${directory} cannot be made or written (${(cause as NodeJS.ErrnoException).code}): choose another one, or correct its permissions`,
      cause,
    });
  }
}

/**
 * Opens the embedded database inside a data directory, making it on the first start.
 * @throws BeelineError DATA_DIRECTORY_UNUSABLE when the directory cannot be written, is held by another process, or
 * was written by a newer program.
 */
export async function openPglite(dataDirectory: string): Promise<OpenDatabase> {
  prepareDirectory(dataDirectory);
  const unlock = lockDataDirectory(dataDirectory);
  const files = join(dataDirectory, 'database');
  const completeMark = join(dataDirectory, 'database.complete');
  // Without the mark a first start was cut short before anything was accepted: begin anew.
  if (!existsSync(completeMark)) rmSync(files, { recursive: true, force: true });
  const pglite = new PGlite({
    dataDir: files,
    relaxedDurability: false,
    startParams,
    parsers: { [types.INT8]: Number },
  });
  const db = new Kysely<Tables>({
    dialect: new PGliteDialect({ pglite }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
  async function close() {
    if (!pglite.closed) await pglite.close();
    unlock();
  }
  try {
    await pglite.waitReady;
    await migrate(db);
    if (!existsSync(completeMark)) writeFileSync(completeMark, '');
  } catch (error) {
    await close();
    throw error;
  }
  return { db, close };
}
