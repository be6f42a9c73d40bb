import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { openStore, type Store } from '../open-store.ts';

const rounds = 6;

/** Fills the table of log lines and deletes them all. */
async function fillAndDelete(store: Store): Promise<void> {
  await sql`
    INSERT INTO log_lines (workspace, model, environment, location, revision, replica, source, message, at)
    SELECT 'default', 'm', 'production', 'here', 'rev', 'rep', 'model', repeat('x', 500), number
    FROM generate_series(1, 2000) number`.execute(store.queries);
  await store.queries.deleteFrom('logLines').execute();
}

async function sizeOf(store: Store): Promise<number> {
  const { rows } = await sql<{ readonly bytes: string }>`
    SELECT pg_relation_size('log_lines')::text AS bytes`.execute(store.queries);
  return Number(rows[0]?.bytes);
}

it('the space of deleted rows is used again, and no file becomes smaller', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'beeline-reclaim-'));
  const store = await openStore({ dataDir });
  try {
    const sizes: number[] = [];
    const { rows: tables } = await sql`SELECT 1 FROM pg_class WHERE relkind = 'r'
      AND relnamespace = 'public'::regnamespace`.execute(store.queries);
    for (let round = 0; round < rounds; round += 1) {
      await fillAndDelete(store);
      for (let turn = 0; turn < tables.length; turn += 1) await store.reclaimSpace();
      sizes.push(await sizeOf(store));
    }
    const [first = 0] = sizes;
    expect(first).toBeGreaterThan(1_000_000);
    expect(Math.max(...sizes)).toBeLessThan(first * 1.2);
    expect(Math.min(...sizes)).toBe(first);
    await store.close();
    // The check of the next start takes it for whole.
    await (await openStore({ dataDir })).close();
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
