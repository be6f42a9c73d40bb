import { BeelineError } from '@beeline/core/base';
import { policyBody, policyUsagesBody } from '@beeline/core/contract';
import { policySchema } from '@beeline/core/resources';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { admitPolicy } from '../../admission/admit-documents.ts';
import type { PolicyRow } from '../../store/database/tables.ts';
import { loadListedPolicies } from '../../store/pages/load-listed.ts';
import { documentSource } from '../../store/pages/page-sources.ts';
import { loadPolicy } from '../../store/policies.ts';
import { callerOf } from '../access/caller-of.ts';
import type { ApiContext } from '../api-context.ts';
import { answerObject } from '../conditions/answer-object.ts';
import { readPrecondition } from '../conditions/preconditions.ts';
import { describeRoute, listAnswer, listQuery } from '../describe-route.ts';
import { sendPage } from '../lists/send-page.ts';
import { renderPolicy } from '../render/render-documents.ts';
import { createPolicy, loadPolicyUsages, removePolicy, replacePolicy } from '../write/write-policy.ts';

interface NamePath {
  Params: { readonly name: string };
}

const tag = 'policies';
const answer = policyBody;
const body = policySchema;

const answerPolicy = (request: FastifyRequest, reply: FastifyReply, row: PolicyRow) =>
  answerObject(request, reply, row, renderPolicy(row));

async function requirePolicy(context: ApiContext, workspace: string, name: string): Promise<PolicyRow> {
  const row = await loadPolicy(context.store.queries, { workspace, name });
  if (row !== undefined) return row;
  throw new BeelineError('RESOURCE_NOT_FOUND', {
    message: `there is no policy "${name}" in workspace "${workspace}"`,
  });
}

function addReading(app: FastifyInstance, context: ApiContext): void {
  const { queries } = context.store;
  const listSchema = describeRoute({
    tag,
    summary: 'List policies',
    query: listQuery,
    answer: listAnswer(answer),
    errors: [400],
  });
  const list = { config: { permission: 'policies:list' }, schema: listSchema } as const;
  app.get('/policies', list, async (request, reply) => {
    const { workspace } = callerOf(request);
    return await sendPage(request, reply, context, {
      scope: `policies ${workspace}`,
      source: documentSource('policies', workspace),
      async load(names) {
        const rows = await loadListedPolicies(queries, workspace, names);
        return new Map(rows.map((row) => [row.name, renderPolicy(row)]));
      },
    });
  });

  const getSchema = describeRoute({ tag, summary: 'Get a policy', answer, errors: [404] });
  const get = { config: { permission: 'policies:get' }, schema: getSchema } as const;
  app.get<NamePath>('/policies/:name', get, async (request, reply) =>
    answerPolicy(
      request,
      reply,
      await requirePolicy(context, callerOf(request).workspace, request.params.name),
    ),
  );

  const usagesSchema = describeRoute({
    tag,
    summary: 'List what a policy is attached to',
    answer: policyUsagesBody,
    errors: [404],
  });
  const usages = { config: { permission: 'policies:get' }, schema: usagesSchema } as const;
  app.get<NamePath>('/policies/:name/usages', usages, async (request) => {
    const { workspace } = callerOf(request);
    const row = await requirePolicy(context, workspace, request.params.name);
    return await loadPolicyUsages(queries, workspace, row.name);
  });
}

/** `/policies`, `/policies/{name}` and its usages. */
export function addPolicyRoutes(app: FastifyInstance, context: ApiContext): void {
  addReading(app, context);
  const by = (request: FastifyRequest) => {
    const { workspace, key } = callerOf(request);
    return { workspace, who: key, nowMs: context.clock.now(), condition: readPrecondition(request.headers) };
  };

  const post = describeRoute({ tag, summary: 'Create a policy', body, answer, errors: [400, 409, 412] });
  app.post('/policies', { config: { permission: 'policies:create' }, schema: post }, async (request, reply) =>
    answerPolicy(request, reply, await createPolicy(context.store, admitPolicy(request.body), by(request))),
  );

  const put = describeRoute({ tag, summary: 'Update a policy', body, answer, errors: [400, 404, 409, 412] });
  app.put<NamePath>(
    '/policies/:name',
    { config: { permission: 'policies:update' }, schema: put },
    async (request, reply) => {
      const input = admitPolicy(request.body, request.params.name);
      return answerPolicy(request, reply, await replacePolicy(context.store, input, by(request)));
    },
  );

  const remove = describeRoute({ tag, summary: 'Delete a policy', answer, errors: [404, 409, 412] });
  app.delete<NamePath>(
    '/policies/:name',
    { config: { permission: 'policies:delete' }, schema: remove },
    async (request, reply) =>
      answerPolicy(request, reply, await removePolicy(context.store, by(request), request.params.name)),
  );
}
