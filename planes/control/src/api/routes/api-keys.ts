import { BeelineError, describeViolations, parseDuration, type Secret } from '@beeline/core/base';
import { type ApiKeyBody, apiKeyBody, apiKeyRequest } from '@beeline/core/contract';
import { createDocumentParser } from '@beeline/core/resources';
import type { FastifyInstance } from 'fastify';
import type { ApiKeyRow } from '../../store/database/tables.ts';
import { loadListedApiKeys } from '../../store/pages/load-listed.ts';
import { apiKeySource } from '../../store/pages/page-sources.ts';
import { callerOf } from '../access/caller-of.ts';
import { createApiKey } from '../access/create-api-key.ts';
import { revokeApiKey } from '../access/revoke-api-key.ts';
import type { ApiContext } from '../api-context.ts';
import { describeRoute, listAnswer, listQuery } from '../describe-route.ts';
import { sendPage } from '../lists/send-page.ts';
import { requireOwnWorkspace } from './workspaces.ts';

interface KeyPath {
  Params: { readonly workspace: string; readonly id: string };
}

const tag = 'workspaces';
const path = '/workspaces/:workspace/api_keys';
const maxLifeMs = 10 * 365 * 24 * 3_600_000;
const parseRequest = createDocumentParser(apiKeyRequest);

const iso = (ms: number) => new Date(ms).toISOString();

function render(row: ApiKeyRow, token?: Secret): ApiKeyBody {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    workspaces: [...row.workspaces],
    createdAt: iso(row.createdAt),
    createdBy: row.createdBy,
    expiresAt: row.expiresAt === null ? null : iso(row.expiresAt),
    ...(token === undefined ? {} : { apiKey: token.reveal() }),
  };
}

function readRequest(body: unknown) {
  const parsed = parseRequest(body);
  if (!parsed.ok) {
    const fields = parsed.violations;
    throw new BeelineError('INVALID_INPUT', { message: describeViolations(fields), fields });
  }
  const { name, role = 'member', expires_in: life } = parsed.value;
  const lifeMs = life === undefined ? null : (parseDuration(life) ?? 0);
  if (lifeMs !== null && (lifeMs <= 0 || lifeMs > maxLifeMs)) {
    const fields = [
      { field: 'expires_in', rule: 'must be over 0 and at most 10 years', received: JSON.stringify(life) },
    ];
    throw new BeelineError('INVALID_INPUT', { message: describeViolations(fields), fields });
  }
  return { name, role, lifeMs };
}

/** `/workspaces/{workspace}/api_keys`, for admins. */
export function addApiKeyRoutes(app: FastifyInstance, context: ApiContext): void {
  const { store, clock } = context;

  const list = describeRoute({
    tag,
    summary: 'List API keys',
    query: listQuery,
    answer: listAnswer(apiKeyBody),
    errors: [400],
  });
  const listOptions = { config: { permission: 'apiKeys:list' }, schema: list } as const;
  app.get<KeyPath>(path, listOptions, async (request, reply) => {
    const { workspace } = request.params;
    requireOwnWorkspace(request, workspace);
    return await sendPage(request, reply, context, {
      scope: `apiKeys ${workspace}`,
      source: apiKeySource(workspace),
      async load(ids) {
        const rows = await loadListedApiKeys(store.queries, ids);
        return new Map(rows.map((row) => [row.id, render(row)]));
      },
    });
  });

  const post = describeRoute({
    tag,
    summary: 'Create an API key; the key itself is told only once',
    body: apiKeyRequest,
    answer: apiKeyBody,
    errors: [400],
  });
  app.post<KeyPath>(path, { config: { permission: 'apiKeys:create' }, schema: post }, async (request) => {
    const { workspace } = request.params;
    requireOwnWorkspace(request, workspace);
    const { name, role, lifeMs } = readRequest(request.body);
    const nowMs = clock.now();
    const expiresAt = lifeMs === null ? null : nowMs + lifeMs;
    const createdBy = callerOf(request).key;
    const key = { name, role, workspaces: [workspace], expiresAt, createdBy };
    const { row, token } = await createApiKey(store, key, nowMs);
    await context.whenTaken();
    return render(row, token);
  });

  const remove = describeRoute({
    tag,
    summary: 'Revoke an API key; what runs with it ends within a second',
    answer: apiKeyBody,
    errors: [404, 409],
  });
  app.delete<KeyPath>(
    `${path}/:id`,
    { config: { permission: 'apiKeys:delete' }, schema: remove },
    async (request) => {
      const { workspace, id } = request.params;
      requireOwnWorkspace(request, workspace);
      const row = await revokeApiKey(store, { workspace, id }, clock.now());
      await context.whenTaken();
      return render(row);
    },
  );
}
