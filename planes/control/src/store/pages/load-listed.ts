import type { ApiKeyRow, DeploymentRow, EnvironmentRow, PolicyRow } from '../database/tables.ts';
import { openPolicy } from '../documents/open-rows.ts';
import { openDocument } from '../documents/stored-document.ts';
import type { Queries } from '../open-store.ts';

/** What is shown of a deployment: what locations and gateways were told of it is as large again. */
export type ShownDeployment = Omit<DeploymentRow, 'route' | 'assignments'>;

const shownColumns = [
  'id',
  'workspace',
  'model',
  'environment',
  'displayName',
  'labels',
  'spec',
  'generation',
  'createdAt',
  'createdBy',
  'updatedAt',
  'updatedBy',
  'deleting',
  'originByOwner',
  'dueAt',
  'observedGeneration',
  'status',
  'conditions',
  'events',
  'activeRevision',
  'previousRevision',
  'latestRevision',
  'assignmentsVersion',
] as const satisfies readonly (keyof ShownDeployment)[];

/** Those of the deployments that still exist, in any order. */
export async function loadListedDeployments(
  queries: Queries,
  ids: readonly string[],
): Promise<readonly ShownDeployment[]> {
  const rows = await queries
    .selectFrom('deployments')
    .select(shownColumns)
    .where('id', 'in', [...ids])
    .execute();
  return rows.map((row) => ({ ...row, spec: openDocument('modelSpec', row.spec) }));
}

/** Those of the environments that still exist, in any order. */
export function loadListedEnvironments(
  queries: Queries,
  workspace: string,
  names: readonly string[],
): Promise<readonly EnvironmentRow[]> {
  return queries
    .selectFrom('environments')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', 'in', [...names])
    .execute();
}

/** Those of the policies that still exist, in any order. */
export async function loadListedPolicies(
  queries: Queries,
  workspace: string,
  names: readonly string[],
): Promise<readonly PolicyRow[]> {
  const rows = await queries
    .selectFrom('policies')
    .selectAll()
    .where('workspace', '=', workspace)
    .where('name', 'in', [...names])
    .execute();
  return rows.map(openPolicy);
}

/** Those of the API keys that still exist, in any order. */
export function loadListedApiKeys(queries: Queries, ids: readonly string[]): Promise<readonly ApiKeyRow[]> {
  return queries
    .selectFrom('apiKeys')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute();
}
