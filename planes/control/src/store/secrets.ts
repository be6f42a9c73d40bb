import type { SecretContext } from '@beeline/core/secrets';
import { sql } from 'kysely';
import type { SecretRow } from './database/tables.ts';
import type { Queries } from './open-store.ts';

/** What a value belongs to; part of its seal. */
export type SecretPlace = Pick<SecretRow, 'workspace' | 'kind' | 'owner' | 'name'>;

/** The place of a variable of a deployment. */
export const envPlace = (workspace: string, deployment: string, variable: string): SecretPlace => ({
  workspace,
  kind: 'Model',
  owner: deployment,
  name: `env/${variable}`,
});

export const contextOf = ({ workspace, kind, owner, name }: SecretPlace): SecretContext => [
  workspace,
  kind,
  owner,
  name,
];

export async function insertSecret(queries: Queries, row: SecretRow): Promise<void> {
  await queries.insertInto('secrets').values(row).execute();
}

/** Sealed values by id; those that do not exist are left out. */
export async function loadSecrets(
  queries: Queries,
  ids: readonly string[],
): Promise<ReadonlyMap<string, SecretRow>> {
  if (ids.length === 0) return new Map();
  const rows = await queries
    .selectFrom('secrets')
    .selectAll()
    .where(sql<boolean>`id = any(cast(${[...ids]} as text[]))`)
    .execute();
  return new Map(rows.map((row) => [row.id, row]));
}

/** Removes the values of an owner that nothing names any more. */
export async function deleteUnusedSecrets(
  queries: Queries,
  owner: string,
  used: readonly string[],
): Promise<void> {
  await queries
    .deleteFrom('secrets')
    .where('owner', '=', owner)
    .where(sql<boolean>`not id = any(cast(${[...used]} as text[]))`)
    .execute();
}

/** How many values need each key. */
export function countSecretsByKey(
  queries: Queries,
): Promise<readonly { readonly keyId: string; readonly count: number }[]> {
  return queries
    .selectFrom('secrets')
    .select(['keyId', sql<number>`cast(count(*) as integer)`.as('count')])
    .groupBy('keyId')
    .orderBy('keyId')
    .execute();
}

/** The next values, by id, that need another key than this one. */
export function listSecretsOfOtherKeys(
  queries: Queries,
  keyId: string,
  after: string,
  limit: number,
): Promise<readonly SecretRow[]> {
  return queries
    .selectFrom('secrets')
    .selectAll()
    .where('keyId', '!=', keyId)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** Replaces the sealed text of a value, unless somebody else did so in the meantime. */
export async function replaceSealed(
  queries: Queries,
  before: SecretRow,
  after: Pick<SecretRow, 'sealed' | 'keyId'>,
): Promise<void> {
  await queries
    .updateTable('secrets')
    .set({ sealed: after.sealed, keyId: after.keyId })
    .where('id', '=', before.id)
    .where('sealed', '=', before.sealed)
    .execute();
}

/** The deployments whose values need a key that is not one of these, with the names of the values. */
export function listSecretsWithoutKey(
  queries: Queries,
  keyIds: readonly string[],
): Promise<readonly LostSecret[]> {
  return queries
    .selectFrom('secrets')
    .innerJoin('deployments', 'deployments.id', 'secrets.owner')
    .select([
      'deployments.workspace',
      'deployments.model',
      'deployments.environment',
      'secrets.name',
      'secrets.keyId',
    ])
    .distinct()
    .where(sql<boolean>`not key_id = any(cast(${[...keyIds]} as text[]))`)
    .orderBy('deployments.workspace')
    .orderBy('deployments.model')
    .orderBy('deployments.environment')
    .orderBy('secrets.name')
    .execute();
}

/** A value that cannot be opened for want of its key. */
export interface LostSecret {
  readonly workspace: string;
  readonly model: string;
  readonly environment: string;
  readonly name: string;
  readonly keyId: string;
}
