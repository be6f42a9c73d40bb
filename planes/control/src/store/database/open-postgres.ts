import { asBeelineError, BeelineError, type Logger } from '@beeline/core/base';
import { CamelCasePlugin, Kysely, PostgresDialect } from 'kysely';
import { Pool, types } from 'pg';
import type { OpenDatabase } from '../embedded/open-pglite.ts';
import { guardDialect } from './guard-dialect.ts';
import { migrate } from './migrate.ts';
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
    dialect: guardDialect(new PostgresDialect({ pool })),
    plugins: [new CamelCasePlugin({ maintainNestedObjectKeys: true })],
  });
  try {
    await migrate(db);
  } catch (thrown) {
    await pool.end();
    const { code, cause = thrown } = asBeelineError(thrown);
    if (code === 'DATA_DIRECTORY_UNUSABLE') throw thrown;
    throw new BeelineError('STORE_UNAVAILABLE', {
      message: `the PostgreSQL database cannot be used (${cause instanceof Error ? cause.message : String(cause)}): check BL_DATABASE_URL and the server`,
      cause,
    });
  }
  return { db, reclaimSpace: async () => {}, close: () => db.destroy() };
}
