import type { RouteEntry } from '@beeline/core/contract';
import { enterPhase, type ModelSpec, newModelLifecycle } from '@beeline/core/resources';
import { sql } from 'kysely';
import { holds, jsonColumn } from './database/json-column.ts';
import type { DeploymentRow } from './database/tables.ts';
import type { PlacedAssignment } from './documents/document-kinds.ts';
import { openDeployment } from './documents/open-rows.ts';
import {
  documentColumn,
  documentListColumn,
  openDocument,
  optionalDocumentColumn,
} from './documents/stored-document.ts';
import type { Queries } from './open-store.ts';

/** What names a deployment. */
export interface DeploymentKey {
  readonly workspace: string;
  readonly model: string;
  readonly environment: string;
}

/** What a user wishes of a deployment. */
export interface DeploymentWish extends DeploymentKey {
  readonly displayName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: ModelSpec;
}

/**
 * Deployments of a workspace, by name and environment. One that is being deleted is listed until it is gone, unless
 * its name is used again.
 */
export async function listDeployments(
  queries: Queries,
  filter: { readonly workspace: string; readonly model?: string; readonly environment?: string },
): Promise<readonly DeploymentRow[]> {
  let query = queries
    .selectFrom('deployments')
    .selectAll()
    .distinctOn(['model', 'environment'])
    .where('workspace', '=', filter.workspace)
    .orderBy('model')
    .orderBy('environment')
    .orderBy('deleting')
    .orderBy('id', 'desc');
  if (filter.model !== undefined) query = query.where('model', '=', filter.model);
  if (filter.environment !== undefined) query = query.where('environment', '=', filter.environment);
  return (await query.execute()).map(openDeployment);
}

/** The names of what `listDeployments` gives, without the documents. */
export function listDeploymentNames(
  queries: Queries,
  filter: { readonly workspace: string; readonly model?: string; readonly environment?: string },
): Promise<readonly Pick<DeploymentRow, 'model' | 'environment'>[]> {
  let query = queries
    .selectFrom('deployments')
    .select(['model', 'environment'])
    .distinct()
    .where('workspace', '=', filter.workspace)
    .orderBy('model')
    .orderBy('environment');
  if (filter.model !== undefined) query = query.where('model', '=', filter.model);
  if (filter.environment !== undefined) query = query.where('environment', '=', filter.environment);
  return query.execute();
}

/** The names of the deployments to which a policy is attached, except of those on their way out. */
export function listDeploymentsWithPolicy(
  queries: Queries,
  workspace: string,
  policy: string,
): Promise<readonly Pick<DeploymentRow, 'model' | 'environment'>[]> {
  return queries
    .selectFrom('deployments')
    .select(['model', 'environment'])
    .where('workspace', '=', workspace)
    .where('deleting', '=', false)
    .where(holds(sql`spec->'policies'`, policy))
    .orderBy('model')
    .orderBy('environment')
    .execute();
}

export async function loadDeployment(
  queries: Queries,
  key: DeploymentKey,
): Promise<DeploymentRow | undefined> {
  const rows = await listDeployments(queries, key);
  return rows[0];
}

/** The live deployment of that name, locked until the transaction ends. */
export async function lockDeployment(
  queries: Queries,
  key: DeploymentKey,
): Promise<DeploymentRow | undefined> {
  const row = await queries
    .selectFrom('deployments')
    .selectAll()
    .where('workspace', '=', key.workspace)
    .where('model', '=', key.model)
    .where('environment', '=', key.environment)
    .where('deleting', '=', false)
    .forUpdate()
    .executeTakeFirst();
  return row && openDeployment(row);
}

export async function lockDeploymentById(queries: Queries, id: string): Promise<DeploymentRow | undefined> {
  const row = await queries
    .selectFrom('deployments')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row && openDeployment(row);
}

/** Inserts a deployment for the loop to pick up; undefined when the name is taken. */
export async function insertDeployment(
  queries: Queries,
  wish: DeploymentWish,
  by: { readonly id: string; readonly who: string; readonly nowMs: number; readonly originByOwner: boolean },
): Promise<DeploymentRow | undefined> {
  const lifecycle = newModelLifecycle(by.nowMs);
  const row = await queries
    .insertInto('deployments')
    .values({
      id: by.id,
      workspace: wish.workspace,
      model: wish.model,
      environment: wish.environment,
      displayName: wish.displayName,
      labels: jsonColumn(wish.labels),
      spec: documentColumn('modelSpec', wish.spec),
      generation: 1,
      createdAt: by.nowMs,
      createdBy: by.who,
      updatedAt: by.nowMs,
      updatedBy: by.who,
      deleting: false,
      originByOwner: by.originByOwner,
      dueAt: 0,
      observedGeneration: 0,
      status: lifecycle.status,
      conditions: jsonColumn(lifecycle.conditions),
      events: jsonColumn(lifecycle.events),
      activeRevision: null,
      previousRevision: null,
      latestRevision: null,
      route: optionalDocumentColumn('routeEntry', null),
      assignments: documentListColumn('placedAssignment', []),
      assignmentsVersion: 0,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();
  return row && openDeployment(row);
}

/** Writes what the user wishes into a row that the transaction has locked. */
export async function updateDeploymentWish(
  queries: Queries,
  id: string,
  wish: Pick<DeploymentWish, 'displayName' | 'labels' | 'spec'> & { readonly generation: number },
  by: { readonly who: string; readonly nowMs: number; readonly originByOwner: boolean },
): Promise<DeploymentRow> {
  const saved = await queries
    .updateTable('deployments')
    .set({
      displayName: wish.displayName,
      labels: jsonColumn(wish.labels),
      spec: documentColumn('modelSpec', wish.spec),
      generation: wish.generation,
      updatedAt: by.nowMs,
      updatedBy: by.who,
      originByOwner: by.originByOwner,
      dueAt: 0,
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return openDeployment(saved);
}

/** Marks a row that the transaction has locked as on its way out; the loop does the rest. */
export async function markDeploymentDeleting(
  queries: Queries,
  row: DeploymentRow,
  by: { readonly who: string; readonly nowMs: number },
): Promise<DeploymentRow> {
  const { status, conditions, events } = enterPhase(row, { kind: 'deleting' }, by.nowMs);
  const saved = await queries
    .updateTable('deployments')
    .set({
      deleting: true,
      dueAt: 0,
      status,
      conditions: jsonColumn(conditions),
      events: jsonColumn(events),
      updatedAt: by.nowMs,
      updatedBy: by.who,
    })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return openDeployment(saved);
}

/** What the loop writes of a deployment. */
export type DeploymentProgress = Pick<
  DeploymentRow,
  | 'dueAt'
  | 'observedGeneration'
  | 'status'
  | 'conditions'
  | 'events'
  | 'activeRevision'
  | 'previousRevision'
  | 'latestRevision'
  | 'route'
  | 'assignments'
  | 'assignmentsVersion'
>;

export async function updateDeploymentProgress(
  queries: Queries,
  id: string,
  progress: DeploymentProgress,
): Promise<void> {
  await queries
    .updateTable('deployments')
    .set({
      ...progress,
      conditions: jsonColumn(progress.conditions),
      events: jsonColumn(progress.events),
      route: optionalDocumentColumn('routeEntry', progress.route),
      assignments: documentListColumn('placedAssignment', progress.assignments),
    })
    .where('id', '=', id)
    .execute();
}

export async function deleteDeployment(queries: Queries, id: string): Promise<void> {
  await queries.deleteFrom('secrets').where('owner', '=', id).execute();
  await queries.deleteFrom('deployments').where('id', '=', id).execute();
}

/** The loop's queue: deployments that something may have to be done for now. */
export async function listDueDeployments(queries: Queries, nowMs: number): Promise<readonly string[]> {
  const rows = await queries
    .selectFrom('deployments')
    .select('id')
    .where('dueAt', '<=', nowMs)
    .orderBy('id')
    .execute();
  return rows.map((row) => row.id);
}

/** Puts the deployments of these revisions into the loop's queue; all of them when the argument is `all`. */
export async function queueDeployments(
  queries: Queries,
  revisions: readonly string[] | 'all',
): Promise<void> {
  const update = queries.updateTable('deployments').set({ dueAt: 0 });
  if (revisions === 'all') await update.execute();
  else if (revisions.length > 0) {
    await update
      .where('id', 'in', (query) =>
        query
          .selectFrom('revisions')
          .select('deployment')
          .where('id', 'in', [...revisions]),
      )
      .execute();
  }
}

/** Puts those that wait for locations to let go of them into the loop's queue. */
export async function queueLeavingDeployments(queries: Queries): Promise<void> {
  await queries
    .updateTable('deployments')
    .set({ dueAt: 0 })
    .where('dueAt', 'is not', null)
    .where('status', 'in', ['DEACTIVATING', 'DELETING'])
    .execute();
}

/** What the routes feed says: the route of every deployment that has one. */
export async function listRoutes(queries: Queries): Promise<readonly RouteEntry[]> {
  const rows = await queries
    .selectFrom('deployments')
    .select('route')
    .where(sql<boolean>`jsonb_typeof(route) = 'object'`)
    .orderBy('id')
    .execute();
  return rows.flatMap(({ route }) => (route === null ? [] : [openDocument('routeEntry', route)]));
}

/** An assignment and the id of the deployment that has it. */
export type OwnedAssignment = PlacedAssignment & { readonly deployment: string };

/** What the assignments feed is made of. */
export async function listAssignments(queries: Queries): Promise<readonly OwnedAssignment[]> {
  const rows = await queries
    .selectFrom('deployments')
    .select(['id', 'assignments'])
    .where(sql<boolean>`jsonb_array_length(assignments) > 0`)
    .orderBy('id')
    .execute();
  return rows.flatMap(({ id, assignments }) =>
    assignments.map((one) => ({ ...openDocument('placedAssignment', one), deployment: id })),
  );
}
