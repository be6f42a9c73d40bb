import { type Kysely, sql } from 'kysely';
import type { BeforeWrite } from '../database/guard-dialect.ts';
import type { Tables } from '../database/tables.ts';

async function listTables(db: Kysely<Tables>): Promise<readonly string[]> {
  const { rows } = await sql<{ readonly name: string }>`
    SELECT relname AS name FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname`.execute(db);
  return rows.map(({ name }) => name);
}

/**
 * Makes the space of deleted rows free for new ones, of one table at each call: an embedded PostgreSQL has no process
 * that does it by itself, and nothing else runs meanwhile. Files never become smaller, which is how the loss of a part
 * is noticed. The planner learns about the table at the same time.
 */
export function reclaimInTurn(db: Kysely<Tables>, beforeWrite: BeforeWrite): () => Promise<void> {
  let turn = 0;
  return async () => {
    beforeWrite();
    const tables = await listTables(db);
    const table = tables[turn % tables.length];
    turn += 1;
    if (table !== undefined) await sql`VACUUM (TRUNCATE false, ANALYZE) ${sql.table(table)}`.execute(db);
  };
}
