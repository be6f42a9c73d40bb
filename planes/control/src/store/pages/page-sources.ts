import { type RawBuilder, sql } from 'kysely';
import { holds } from '../database/json-column.ts';

/** A list as a statement: each row has id, name, environment, display_name, labels, status, created_at, stored_bytes. */
export type PageSource = RawBuilder<unknown>;

/** Deployments of a workspace; see `listDeployments` for those that are being deleted. */
export function deploymentSource(filter: {
  readonly workspace: string;
  readonly environment?: string;
}): PageSource {
  const { workspace, environment } = filter;
  const where = environment === undefined ? sql`` : sql`and environment = ${environment}`;
  return sql`
    select distinct on (model, environment) id, model as name, environment, display_name, labels, status,
      created_at, stored_bytes
    from deployments where workspace = ${workspace} ${where}
    order by model, environment, deleting, id desc`;
}

/** Environments or policies of a workspace: their names are their ids. */
export function documentSource(table: 'environments' | 'policies', workspace: string): PageSource {
  return sql`
    select name as id, name, '' as environment, display_name, labels, 'DEPLOYED' as status, created_at, stored_bytes
    from ${sql.table(table)} where workspace = ${workspace}`;
}

/** API keys that are good for a workspace; several may have the same name, and ids tell those apart. */
export function apiKeySource(workspace: string): PageSource {
  return sql`
    select id, name, id as environment, name as display_name, '{}'::jsonb as labels, 'DEPLOYED' as status,
      created_at, octet_length(name) + octet_length(workspaces::text) as stored_bytes
    from api_keys where ${holds(sql.ref('workspaces'), workspace)}`;
}
