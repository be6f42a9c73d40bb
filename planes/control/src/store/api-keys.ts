import type { KeyEntry } from '@beeline/core/contract';
import { sql } from 'kysely';
import { holds, jsonColumn } from './database/json-column.ts';
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

const ofWorkspace = (queries: Queries, workspace: string) =>
  queries
    .selectFrom('apiKeys')
    .selectAll()
    .where(holds(sql.ref('workspaces'), workspace))
    .orderBy('id');

export async function listApiKeys(queries: Queries, workspace: string): Promise<readonly ApiKeyRow[]> {
  return await ofWorkspace(queries, workspace).execute();
}

/** As `listApiKeys`; nobody else deletes one of them until the transaction ends. */
export async function lockApiKeys(queries: Queries, workspace: string): Promise<readonly ApiKeyRow[]> {
  return await ofWorkspace(queries, workspace).forUpdate().execute();
}

export async function deleteApiKey(queries: Queries, id: string): Promise<void> {
  await queries.deleteFrom('apiKeys').where('id', '=', id).execute();
}

/** Keys as the gateways get them. */
export async function listKeyEntries(queries: Queries): Promise<readonly KeyEntry[]> {
  const rows = await queries.selectFrom('apiKeys').selectAll().orderBy('id').execute();
  return rows.map(({ id, hash, workspaces, role, expiresAt }) => ({ id, hash, workspaces, role, expiresAt }));
}
