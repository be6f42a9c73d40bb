import { BeelineError, type Logger } from '@beeline/core/base';
import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import { Pool, types } from 'pg';
import { migrate } from './migrate.ts';
import type { OpenDatabase } from './open-pglite.ts';
import type { Tables } from './tables.ts';

function parserOf(oid: number, format?: 'text' | 'binary') {
  if (oid === types.builtins.INT8) return Number;
  return format === 'binary' ? types.getTypeParser(oid, 'binary') : types.getTypeParser(oid, 'text');
}

/**
 * Opens a PostgreSQL database by its URL.
 * @throws BeelineError STORE_UNAVAILABLE when it does not answer, DATA_DIRECTORY_UNUSABLE when a newer program has
 * written it.
 */
export async function openPostgres(databaseUrl: string, logger: Logger): Promise<OpenDatabase> {
  const pool = new Pool({
    connectionString: databaseUrl,
    max: 10,
    connectionTimeoutMillis: 5_000,
    types: { getTypeParser: parserOf },
  });
  pool.on('error', (error) =>
    logger.warn({ detail: String(error) }, 'an idle database connection was lost; a new one will be made'),
  );
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
  try {
    await migrate(db);
  } catch (cause) {
    await pool.end();
    if (cause instanceof BeelineError) throw cause;
    throw new BeelineError('STORE_UNAVAILABLE', {
      message: `the PostgreSQL database cannot be used (${cause instanceof Error ? cause.message : String(cause)}): check BL_DATABASE_URL and the server`,
      cause,
    });
  }
  return { db, close: () => db.destroy() };
}
