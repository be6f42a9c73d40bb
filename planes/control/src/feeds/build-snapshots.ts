import type { AssignmentsMessage, RoutesMessage } from '@beeline/core/contract';
import type { AssignmentSealer } from '../secrets/seal-assignments.ts';
import { listKeyEntries } from '../store/api-keys.ts';
import { listAssignments, listRoutes } from '../store/models.ts';
import type { Queries } from '../store/open-store.ts';
import { listWorkspaces } from '../store/workspaces.ts';

/** Everything a gateway needs. What is read may be newer than the version, never older. */
export async function buildRoutesMessage(queries: Queries, version: number): Promise<RoutesMessage> {
  const workspaces = await listWorkspaces(queries);
  return {
    version,
    workspaces: workspaces.map(({ name }) => name),
    routes: await listRoutes(queries),
    keys: await listKeyEntries(queries),
  };
}

/** Everything a location needs. What is read may be newer than the version, never older. */
export async function buildAssignmentsMessage(
  queries: Queries,
  sealer: AssignmentSealer,
  pull: { readonly location: string; readonly version: number; readonly sealFor: string | null },
): Promise<AssignmentsMessage> {
  const { location, version, sealFor } = pull;
  const placed = await listAssignments(queries);
  const here = placed.filter(({ locations }) => locations.includes(location));
  return { version, location, revisions: await sealer.seal(queries, here, { location, sealFor }) };
}
