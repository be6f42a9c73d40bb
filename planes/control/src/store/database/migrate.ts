import { readdirSync, readFileSync } from 'node:fs';
import { BeelineError } from '@beeline/core/base';
import { type Kysely, sql, type Transaction } from 'kysely';
import { checkDocumentVersions } from '../documents/check-document-versions.ts';
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
function readMigrations(): readonly Migration[] {
  return readdirSync(folder)
    .filter((name) => /^\d{4}-.*\.sql$/.test(name))
    .sort()
    .map((name) => ({
      number: Number(name.slice(0, 4)),
      name,
      statements: splitStatements(readFileSync(new URL(name, folder), 'utf8')),
    }));
}

async function appliedNumbers(tx: Transaction<Tables>): Promise<ReadonlySet<number>> {
  await sql`SELECT pg_advisory_xact_lock(${sql.lit(migrationLock)})`.execute(tx);
  await sql`CREATE TABLE IF NOT EXISTS schema_migrations (
    number integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
  )`.execute(tx);
  const { rows } = await sql<{ number: number }>`SELECT number FROM schema_migrations`.execute(tx);
  return new Set(rows.map(({ number }) => number));
}

/**
 * Brings a database to the schema of this program and checks that it knows the documents in it, in one transaction.
 * `beforeChange` is called when the schema is about to change.
 * @throws BeelineError DATA_DIRECTORY_UNUSABLE when a newer program has written it.
 */
export async function migrate(db: Kysely<Tables>, beforeChange: () => void = () => {}): Promise<void> {
  const migrations = readMigrations();
  const newest = migrations.at(-1)?.number ?? 0;
  await db.transaction().execute(async (tx) => {
    const applied = await appliedNumbers(tx);
    const highest = Math.max(0, ...applied);
    if (highest > newest) {
      throw new BeelineError('DATA_DIRECTORY_UNUSABLE', {
        message:
          `the database was written by a newer Beeline (schema ${highest}, this one knows ${newest}): ` +
          'upgrade Beeline, or point it at another database',
      });
    }
    const missing = migrations.filter(({ number }) => !applied.has(number));
    if (missing.length > 0) beforeChange();
    for (const migration of missing) {
      for (const statement of migration.statements) await sql.raw(statement).execute(tx);
      await sql`INSERT INTO schema_migrations (number, name) VALUES (${migration.number}, ${migration.name})`.execute(
        tx,
      );
    }
    await checkDocumentVersions(tx);
  });
}
