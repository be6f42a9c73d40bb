import { BeelineError } from '@beeline/core/base';
import { type WorkspaceBody, workspaceBody } from '@beeline/core/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { WorkspaceRow } from '../../store/database/tables.ts';
import { listWorkspaces, loadWorkspace } from '../../store/workspaces.ts';
import { callerOf } from '../access/caller-of.ts';
import type { ApiContext } from '../api-context.ts';
import { describeRoute } from '../describe-route.ts';

const tag = 'workspaces';

function render(row: WorkspaceRow): WorkspaceBody {
  const createdAt = new Date(row.createdAt).toISOString();
  return { id: row.name, name: row.name, displayName: row.displayName, status: 'ready', createdAt };
}

/** @throws BeelineError FORBIDDEN when the caller's key is not good for the workspace in the path. */
export function requireOwnWorkspace(request: FastifyRequest, workspace: string): void {
  if (callerOf(request).workspaces.includes(workspace)) return;
  throw new BeelineError('FORBIDDEN', {
    message: `this API key gives no right to workspace "${workspace}": use a key of that workspace`,
  });
}

/** `/workspaces` and `/workspaces/{workspace}`: those that the key is good for. */
export function addWorkspaceRoutes(app: FastifyInstance, context: ApiContext): void {
  const { queries } = context.store;

  const list = describeRoute({ tag, summary: 'List workspaces', answer: Type.Array(workspaceBody) });
  app.get('/workspaces', { config: { permission: 'workspaces:list' }, schema: list }, async (request) => {
    const { workspaces } = callerOf(request);
    return (await listWorkspaces(queries)).filter(({ name }) => workspaces.includes(name)).map(render);
  });

  const get = describeRoute({ tag, summary: 'Get a workspace', answer: workspaceBody, errors: [404] });
  app.get<{ Params: { readonly workspace: string } }>(
    '/workspaces/:workspace',
    { config: { permission: 'workspaces:get' }, schema: get },
    async (request) => {
      const { workspace } = request.params;
      requireOwnWorkspace(request, workspace);
      const row = await loadWorkspace(queries, workspace);
      if (row !== undefined) return render(row);
      throw new BeelineError('RESOURCE_NOT_FOUND', { message: `there is no workspace "${workspace}"` });
    },
  );
}
