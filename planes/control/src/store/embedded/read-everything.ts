import { type Kysely, sql } from 'kysely';
import type { Tables } from '../database/tables.ts';

/** Tables without which the platform would not do what it was told; executions and log lines may be lost. */
const essentialTables = [
  ['schema_migrations', 'number'],
  ['document_versions', 'kind'],
  ['feed_versions', 'feed'],
  ['workspaces', 'name'],
  ['environments', 'name'],
  ['policies', 'name'],
  ['deployments', 'id'],
  ['revisions', 'id'],
  ['api_keys', 'id'],
  ['secrets', 'id'],
  ['locations', 'name'],
] as const;

/**
 * Reads every row of the tables that matter, once by itself and once by an index, so that pages that are damaged are
 * found at the start and not at the first request that needs them.
 * @throws what PostgreSQL says of the first damaged page.
 */
export async function readEverything(db: Kysely<Tables>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    for (const scans of ['enable_indexscan', 'enable_seqscan']) {
      await sql.raw(`SET LOCAL enable_bitmapscan = off`).execute(tx);
      await sql.raw(`SET LOCAL ${scans} = off`).execute(tx);
      for (const [table, column] of essentialTables) {
        await sql`SELECT ${sql.ref(column)} FROM ${sql.table(table)} ORDER BY ${sql.ref(column)}`.execute(tx);
      }
      await sql.raw(`SET LOCAL ${scans} = on`).execute(tx);
    }
    for (const [table, column] of essentialTables) {
      // What the catalogue says about writing is read only when something is written.
      await sql`UPDATE ${sql.table(table)} SET ${sql.ref(column)} = ${sql.ref(column)} WHERE false`.execute(
        tx,
      );
      // Large values lie in files of their own, and are read only when they are asked for.
      await sql`SELECT sum(octet_length(line::text)) FROM ${sql.table(table)} AS line`.execute(tx);
    }
  });
}

/** What is looked at to see whether a database is whole. */
export interface DatabaseContents {
  /** The files of the essential tables, of their large values and of their indexes, below the directory of the database. */
  readonly watched: readonly string[];
  /** All transactions with smaller numbers have ended. */
  readonly settledBefore: number;
}

export async function loadContents(db: Kysely<Tables>): Promise<DatabaseContents> {
  return { watched: await listWatchedFiles(db), settledBefore: await loadSettledBefore(db) };
}

async function loadSettledBefore(db: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ readonly number: string }>`
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS number`.execute(db);
  return Number(rows[0]?.number ?? 0);
}

async function listWatchedFiles(db: Kysely<Tables>): Promise<readonly string[]> {
  const names = essentialTables.map(([table]) => table);
  const { rows } = await sql<{ readonly path: string }>`
    WITH named AS (SELECT oid, reltoastrelid FROM pg_class
                   WHERE oid IN (SELECT to_regclass(name) FROM unnest(${names}::text[]) name)),
         tables AS (SELECT oid FROM named UNION SELECT reltoastrelid FROM named WHERE reltoastrelid <> 0)
    SELECT pg_relation_filepath(oid) AS path
    FROM (SELECT oid FROM tables
          UNION SELECT indexrelid FROM pg_index WHERE indrelid IN (SELECT oid FROM tables)) files`.execute(
    db,
  );
  return rows.map(({ path }) => path);
}
