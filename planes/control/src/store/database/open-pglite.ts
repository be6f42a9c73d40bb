import { execFile } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BeelineError, cutTextStart } from '@beeline/core/base';
import { makeDataDirectory } from '@beeline/core/service';
import { PGlite, types } from '@electric-sql/pglite';
import { CamelCasePlugin, Kysely, PGliteDialect } from 'kysely';
import { lockDataDirectory } from './lock-data-directory.ts';
import { migrate } from './migrate.ts';
import { pgliteStartParams } from './pglite-start-params.ts';
import type { Tables } from './tables.ts';

/** A database that is open, and the way to close it. */
export interface OpenDatabase {
  readonly db: Kysely<Tables>;
  close(): Promise<void>;
}

/**
 * Makes the files of the database in a process of its own: see initialize-pglite.ts. They get their name only when
 * they are complete, so a first start that is cut short leaves nothing in the way of the next.
 */
async function makeFiles(files: string): Promise<void> {
  const program = fileURLToPath(new URL('./initialize-pglite.ts', import.meta.url));
  const draft = `${files}.new`;
  try {
    rmSync(draft, { recursive: true, force: true });
    await promisify(execFile)(process.execPath, [program, draft]);
    renameSync(draft, files);
  } catch (cause) {
    const { stderr = '' } = cause as { readonly stderr?: string };
    throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
      message: `the database cannot be made in ${files}: check free disk space and permissions, or choose another directory`,
      detail: cutTextStart(stderr, 2_000),
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
  makeDataDirectory(dataDirectory);
  const unlock = lockDataDirectory(dataDirectory);
  const files = join(dataDirectory, 'database');
  try {
    if (!existsSync(files)) await makeFiles(files);
    return await openFiles(files, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

async function openFiles(files: string, unlock: () => void): Promise<OpenDatabase> {
  const pglite = new PGlite({
    dataDir: files,
    relaxedDurability: false,
    startParams: pgliteStartParams,
    parsers: { [types.INT8]: Number },
  });
  const db = new Kysely<Tables>({
    dialect: new PGliteDialect({ pglite }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
  try {
    await pglite.waitReady;
    await migrate(db);
  } catch (error) {
    if (!pglite.closed) await pglite.close();
    throw error;
  }
  return {
    db,
    async close() {
      await pglite.close();
      unlock();
    },
  };
}
