import { jsonColumn } from './database/json-column.ts';
import type { PolicyRow } from './database/tables.ts';
import { openPolicy } from './documents/open-rows.ts';
import { documentColumn } from './documents/stored-document.ts';
import type { Queries } from './open-store.ts';

interface PolicyKey {
  readonly workspace: string;
  readonly name: string;
}

/** Names of the policies of a workspace. */
export async function listPolicyNames(queries: Queries, workspace: string): Promise<readonly string[]> {
  const rows = await queries
    .selectFrom('policies')
    .select('name')
    .where('workspace', '=', workspace)
    .orderBy('name')
    .execute();
  return rows.map((row) => row.name);
}

export async function loadPolicy(queries: Queries, key: PolicyKey): Promise<PolicyRow | undefined> {
  const row = await queries
    .selectFrom('policies')
    .selectAll()
    .where('workspace', '=', key.workspace)
    .where('name', '=', key.name)
    .executeTakeFirst();
  return row && openPolicy(row);
}

/** As `loadPolicy`; keeps the row from being changed or deleted by others until the transaction ends. */
export async function lockPolicy(queries: Queries, key: PolicyKey): Promise<PolicyRow | undefined> {
  const row = await queries
    .selectFrom('policies')
    .selectAll()
    .where('workspace', '=', key.workspace)
    .where('name', '=', key.name)
    .forUpdate()
    .executeTakeFirst();
  return row && openPolicy(row);
}

/** Which of the names exist; the rows cannot be deleted by others until the transaction ends. */
export async function lockPolicyNames(
  queries: Queries,
  workspace: string,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set();
  const rows = await queries
    .selectFrom('policies')
    .select('name')
    .where('workspace', '=', workspace)
    .where('name', 'in', [...names])
    .orderBy('name')
    .forShare()
    .execute();
  return new Set(rows.map((row) => row.name));
}

/** False when the name is taken. */
export async function insertPolicy(queries: Queries, row: PolicyRow): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto('policies')
    .values({ ...row, labels: jsonColumn(row.labels), spec: documentColumn('policySpec', row.spec) })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return numInsertedOrUpdatedRows === 1n;
}

/** Writes what a user can change of a row that the transaction has locked. */
export async function updatePolicy(queries: Queries, row: PolicyRow): Promise<void> {
  await queries
    .updateTable('policies')
    .set({
      displayName: row.displayName,
      labels: jsonColumn(row.labels),
      spec: documentColumn('policySpec', row.spec),
      generation: row.generation,
      updatedAt: row.updatedAt,
      updatedBy: row.updatedBy,
    })
    .where('workspace', '=', row.workspace)
    .where('name', '=', row.name)
    .execute();
}

export async function deletePolicy(queries: Queries, key: PolicyKey): Promise<void> {
  await queries
    .deleteFrom('policies')
    .where('workspace', '=', key.workspace)
    .where('name', '=', key.name)
    .execute();
}
