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
  });
}

/** The files of those tables and of their indexes, below the directory of the database. */
export async function listWatchedFiles(db: Kysely<Tables>): Promise<readonly string[]> {
  const names = essentialTables.map(([table]) => table);
  const { rows } = await sql<{ readonly path: string }>`
    SELECT pg_relation_filepath(oid) AS path FROM pg_class
    WHERE oid IN (SELECT to_regclass(name) FROM unnest(${names}::text[]) name)
       OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid IN
                   (SELECT to_regclass(name) FROM unnest(${names}::text[]) name))`.execute(db);
  return rows.map(({ path }) => path);
}
