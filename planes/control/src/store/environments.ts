import { sql } from 'kysely';
import { holds, jsonColumn } from './database/json-column.ts';
import type { EnvironmentRow } from './database/tables.ts';
import type { Queries } from './open-store.ts';

interface EnvironmentKey {
  readonly workspace: string;
  readonly name: string;
}

export function loadEnvironment(queries: Queries, key: EnvironmentKey): Promise<EnvironmentRow | undefined> {
  return queries
    .selectFrom('environments')
    .selectAll()
    .where('workspace', '=', key.workspace)
    .where('name', '=', key.name)
    .executeTakeFirst();
}

/** As `loadEnvironment`; keeps the row from being changed or deleted by others until the transaction ends. */
export function lockEnvironment(
  queries: Queries,
  key: EnvironmentKey,
  mode: 'refer' | 'change',
): Promise<EnvironmentRow | undefined> {
  const query = queries
    .selectFrom('environments')
    .selectAll()
    .where('workspace', '=', key.workspace)
    .where('name', '=', key.name);
  return (mode === 'refer' ? query.forShare() : query.forUpdate()).executeTakeFirst();
}

/** Inserts an environment without policies unless it exists. */
export async function insertEnvironmentIfMissing(
  queries: Queries,
  key: EnvironmentKey,
  nowMs: number,
): Promise<void> {
  await queries
    .insertInto('environments')
    .values({
      ...key,
      displayName: key.name,
      labels: jsonColumn({}),
      policies: jsonColumn([]),
      generation: 1,
      createdAt: nowMs,
      createdBy: 'beeline',
      updatedAt: nowMs,
      updatedBy: 'beeline',
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** False when the name is taken. */
export async function insertEnvironment(queries: Queries, row: EnvironmentRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto('environments')
    .values({ ...row, labels: jsonColumn(row.labels), policies: jsonColumn(row.policies) })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

/** Writes what a user can change of a row that the transaction has locked. */
export async function updateEnvironment(queries: Queries, row: EnvironmentRow): Promise<void> {
  await queries
    .updateTable('environments')
    .set({
      displayName: row.displayName,
      labels: jsonColumn(row.labels),
      policies: jsonColumn(row.policies),
      generation: row.generation,
      updatedAt: row.updatedAt,
      updatedBy: row.updatedBy,
    })
    .where('workspace', '=', row.workspace)
    .where('name', '=', row.name)
    .execute();
}

export async function deleteEnvironment(queries: Queries, key: EnvironmentKey): Promise<void> {
  await queries
    .deleteFrom('environments')
    .where('workspace', '=', key.workspace)
    .where('name', '=', key.name)
    .execute();
}

/** Names of the environments of a workspace. */
export async function listEnvironmentNames(queries: Queries, workspace: string): Promise<readonly string[]> {
  const rows = await queries
    .selectFrom('environments')
    .select('name')
    .where('workspace', '=', workspace)
    .orderBy('name')
    .execute();
  return rows.map((row) => row.name);
}

/** Names of the environments to which a policy is attached. */
export async function listEnvironmentsWithPolicy(
  queries: Queries,
  workspace: string,
  policy: string,
): Promise<readonly string[]> {
  const rows = await queries
    .selectFrom('environments')
    .select('name')
    .where('workspace', '=', workspace)
    .where(holds(sql.ref('policies'), policy))
    .orderBy('name')
    .execute();
  return rows.map((row) => row.name);
}
