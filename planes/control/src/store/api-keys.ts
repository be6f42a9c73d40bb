import type { KeyEntry } from '@beeline/core/contract';
import { jsonColumn } from './database/json-column.ts';
import type { ApiKeyRow } from './database/tables.ts';
import type { Queries } from './open-store.ts';

export async function insertApiKey(queries: Queries, row: ApiKeyRow): Promise<void> {
  await queries
    .insertInto('apiKeys')
    .values({ ...row, workspaces: jsonColumn(row.workspaces) })
    .execute();
}

export function loadApiKey(queries: Queries, id: string): Promise<ApiKeyRow | undefined> {
  return queries.selectFrom('apiKeys').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function listApiKeys(queries: Queries, workspace: string): Promise<readonly ApiKeyRow[]> {
  const rows = await queries.selectFrom('apiKeys').selectAll().orderBy('id').execute();
  return rows.filter((row) => row.workspaces.includes(workspace));
}

/** As `listApiKeys`; nobody else deletes one of them until the transaction ends. */
export async function lockApiKeys(queries: Queries, workspace: string): Promise<readonly ApiKeyRow[]> {
  const rows = await queries.selectFrom('apiKeys').selectAll().orderBy('id').forUpdate().execute();
  return rows.filter((row) => row.workspaces.includes(workspace));
}

export async function deleteApiKey(queries: Queries, id: string): Promise<void> {
  await queries.deleteFrom('apiKeys').where('id', '=', id).execute();
}

/** Keys as the gateways get them. */
export async function listKeyEntries(queries: Queries): Promise<readonly KeyEntry[]> {
  const rows = await queries.selectFrom('apiKeys').selectAll().orderBy('id').execute();
  return rows.map(({ id, hash, workspaces, role, expiresAt }) => ({ id, hash, workspaces, role, expiresAt }));
}
