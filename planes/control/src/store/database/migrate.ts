import { readdirSync, readFileSync } from 'node:fs';
import { BeelineError } from '@beeline/core/base';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Tables } from './tables.ts';

const folder = new URL('../migrations/', import.meta.url);
/** Any number: two processes that migrate the same PostgreSQL at once take turns on it. */
const migrationLock = 7_233_546;

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly statements: readonly string[];
}

function splitStatements(text: string): readonly string[] {
  return text
    .split(/;\s*\n/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

/** The migrations of this program in their order. */
export function readMigrations(): readonly Migration[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}-.*\.sql$/.test(name))
    .sort()
    .map((name) => ({
      number: Number(name.slice(0, 4)),
      name,
      statements: splitStatements(readFileSync(new URL(name, folder), 'utf8')),
    }));
}

async function appliedNumber(tx: Transaction<Tables>): Promise<number> {
  await sql`SELECT pg_advisory_xact_lock(${sql.lit(migrationLock)})`.execute(tx);
  await sql`CREATE TABLE IF NOT EXISTS schema_migrations (
    number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
  )`.execute(tx);
  const { rows } = await sql<{ number: number }>`
    SELECT coalesce(max(number), 0) AS number FROM schema_migrations`.execute(tx);
  return rows[0]?.number ?? 0;
}

/**
 * Brings a database to the schema of this program, in one transaction.
 * @throws BeelineError DATA_DIRECTORY_UNUSABLE when a newer program has written it.
 */
export async function migrate(
  db: Kysely<Tables>,
  migrations: readonly Migration[] = readMigrations(),
): Promise<void> {
  const newest = migrations.at(-1)?.number ?? 0;
  await db.transaction().execute(async (tx) => {
    const applied = await appliedNumber(tx);
    if (applied > newest) {
      throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
        message:
          `the database was written by a newer Beeline (schema ${applied}, this one knows ${newest}): ` +
          'upgrade Beeline, or point it at another database',
      });
    }
    for (const migration of migrations.filter(({ number }) => number > applied)) {
      for (const statement of migration.statements) await sql.raw(statement).execute(tx);
      await sql`INSERT INTO schema_migrations (number, name) VALUES (${migration.number}, ${migration.name})`.execute(
        tx,
      );
    }
  });
}
