import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { asBeelineError, BeelineError, type Logger } from '@beeline/core/base';
import { describeSystemFailure, makeDataDirectory } from '@beeline/core/service';
import { PGlite, types } from '@electric-sql/pglite';
import { CamelCasePlugin, Kysely, PGliteDialect, sql } from 'kysely';
import { guardDialect } from '../database/guard-dialect.ts';
import { migrate } from '../database/migrate.ts';
import type { Tables } from '../database/tables.ts';
import { readDatabasePicture } from './database-picture.ts';
import { findLoss, removeInventory, saveInventory } from './file-inventory.ts';
import { judgeDatabase, wayOut } from './judge-database.ts';
import { limitOpening } from './limit-opening.ts';
import { lockDataDirectory } from './lock-data-directory.ts';
import { makeDatabaseFiles } from './make-database-files.ts';
import { pgliteStartParams, pgliteVersion } from './pglite-start-params.ts';
import { type DatabaseContents, loadContents, readEverything } from './read-everything.ts';
import { reclaimInTurn } from './reclaim-space.ts';
import { requireDiskSpace } from './require-disk-space.ts';
import { tryFileSystem } from './try-file-system.ts';

/** A database that is open, and the way to close it. */
export interface OpenDatabase {
  readonly db: Kysely<Tables>;
  /** Makes the space of deleted rows free for new ones, a part at each call. */
  reclaimSpace(): Promise<void>;
  close(): Promise<void>;
}

export interface PgliteOptions {
  readonly logger: Logger;
  /** A database that cannot be used is moved aside, and an empty one takes its place. */
  readonly beginAnew?: boolean;
}

/** PostgreSQL has these directories even when nothing is in them; some backup programs leave such ones out. */
const emptyDirectories = ['commit_ts', 'dynshmem', 'notify', 'replslot', 'serial', 'snapshots', 'stat']
  .concat(['stat_tmp', 'subtrans', 'tblspc', 'twophase', 'wal/archive_status', 'wal/summaries'])
  .concat(['logical/mappings', 'logical/snapshots'])
  .map((name) => `pg_${name}`);

/**
 * Opens the embedded database inside a data directory, making it on the first start. One that is there and cannot be
 * used is refused, unless it is to begin anew.
 * @throws BeelineError DATA_DIRECTORY_UNUSABLE when the directory cannot be written, is held by another process, or has
 * a database that is damaged or that a newer program has written.
 */
export async function openPglite(dataDirectory: string, options: PgliteOptions): Promise<OpenDatabase> {
  makeDataDirectory(dataDirectory);
  const unlock = lockDataDirectory(dataDirectory);
  try {
    const open = await openOrMake(dataDirectory, options);
    return {
      ...open,
      async close() {
        await open.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

const unusable = (reason: string, cause?: Error) =>
  new BeelineError('DATA_DIRECTORY_UNUSABLE', {
    message: `${reason}: ${wayOut}`,
    ...(cause === undefined ? {} : { cause, detail: cause.stack ?? cause.message }),
  });

async function openOrMake(dataDirectory: string, options: PgliteOptions): Promise<OpenDatabase> {
  const files = join(dataDirectory, 'database');
  try {
    return await openWhatIsThere(dataDirectory, files);
  } catch (error) {
    const { code, message } = asBeelineError(error);
    if (options.beginAnew !== true || code !== 'DATA_DIRECTORY_UNUSABLE') throw error;
    const aside = moveAside(files);
    options.logger.warn({ reason: message, aside }, 'the platform begins anew with an empty database');
    await makeDatabaseFiles(files);
    return openFiles(files);
  }
}

/** Gives the new name; null when there was nothing. */
function moveAside(files: string): string | null {
  const aside = `${files}.before-${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}`;
  try {
    renameSync(files, aside);
    return aside;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
      message: `${files} cannot be moved aside (${(cause as NodeJS.ErrnoException).code}): move it yourself, or choose another data directory`,
      cause,
    });
  }
}

async function openWhatIsThere(dataDirectory: string, files: string): Promise<OpenDatabase> {
  const picture = readDatabasePicture(dataDirectory, files, pgliteVersion);
  const verdict = judgeDatabase(picture, { dataDirectory, files });
  if (verdict.kind === 'unusable') throw unusable(verdict.reason);
  if (verdict.kind === 'make') await makeDatabaseFiles(files);
  else {
    const loss = findLoss(files);
    if (loss !== null) throw unusable(`the database in ${files} is not whole (${loss})`);
  }
  return openFiles(files);
}

async function openFiles(files: string): Promise<OpenDatabase> {
  const endLimit = limitOpening(`the database in ${files} could not be opened in time: ${wayOut}`);
  let pglite: PGlite | undefined;
  try {
    for (const name of emptyDirectories) mkdirSync(join(files, name), { recursive: true, mode: 0o700 });
    pglite = new PGlite({
      dataDir: files,
      relaxedDurability: false,
      startParams: pgliteStartParams,
      parsers: { [types.INT8]: Number },
    });
    await pglite.waitReady;
    return await prepare(files, pglite);
  } catch (error) {
    if (pglite?.ready === true) await pglite.close().catch(() => {});
    const { code, cause = error } = asBeelineError(error);
    // A newer database, or a disk that is full: neither is damage.
    if (code === 'DATA_DIRECTORY_UNUSABLE' || cause instanceof BeelineError) throw error;
    const refusal = describeSystemFailure(cause) ?? tryFileSystem(files);
    if (refusal !== null) throw refusal;
    throw unusable(`the database in ${files} cannot be opened (${describeFailure(cause)})`, cause as Error);
  } finally {
    endLimit();
  }
}

/** What PostgreSQL says; a program that was aborted says nothing that helps. */
function describeFailure(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: string };
  return typeof code === 'string' && message !== undefined ? message : 'it is damaged';
}

async function prepare(files: string, pglite: PGlite): Promise<OpenDatabase> {
  const beforeWrite = requireDiskSpace(files);
  const db = new Kysely<Tables>({
    dialect: guardDialect(new PGliteDialect({ pglite }), beforeWrite),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
  await migrate(db, () => removeInventory(files));
  await readEverything(db);
  await sql`CHECKPOINT`.execute(db);
  saveInventory(files, await loadContents(db));
  return {
    db,
    reclaimSpace: reclaimInTurn(db, beforeWrite),
    async close() {
      let contents: DatabaseContents;
      try {
        // Not those of the start: a table that was rewritten has other files.
        contents = await loadContents(db);
      } finally {
        await pglite.close();
      }
      saveInventory(files, contents);
    },
  };
}
