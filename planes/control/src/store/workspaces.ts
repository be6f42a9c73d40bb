import type { WorkspaceRow } from './database/tables.ts';
import { insertEnvironmentIfMissing } from './environments.ts';
import type { Queries, Store } from './open-store.ts';

export function listWorkspaces(queries: Queries): Promise<readonly WorkspaceRow[]> {
  return queries.selectFrom('workspaces').selectAll().orderBy('name').execute();
}

export function loadWorkspace(queries: Queries, name: string): Promise<WorkspaceRow | undefined> {
  return queries.selectFrom('workspaces').selectAll().where('name', '=', name).executeTakeFirst();
}

/** Makes a workspace with the environments that every workspace has; harmless when it exists. */
export function ensureWorkspace(
  store: Store,
  name: string,
  environments: readonly string[],
  nowMs: number,
): Promise<void> {
  return store.write(async (tx) => {
    const { numInsertedOrUpdatedRows } = await tx.queries
      .insertInto('workspaces')
      .values({ name, displayName: name, createdAt: nowMs })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    for (const environment of environments) {
      await insertEnvironmentIfMissing(tx.queries, { workspace: name, name: environment }, nowMs);
    }
    if (numInsertedOrUpdatedRows === 1n) await tx.bump('routes');
  });
}
