import { BeelineError } from '@beeline/core/base';
import { environmentBody } from '@beeline/core/contract';
import { environmentSchema } from '@beeline/core/resources';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { admitEnvironment } from '../../admission/admit-documents.ts';
import type { EnvironmentRow } from '../../store/database/tables.ts';
import { listEnvironments, loadEnvironment } from '../../store/environments.ts';
import { callerOf } from '../access/caller-of.ts';
import type { ApiContext } from '../api-context.ts';
import { answerObject } from '../conditions/answer-object.ts';
import { readPrecondition } from '../conditions/preconditions.ts';
import { describeRoute, listAnswer, listQuery } from '../describe-route.ts';
import { paginate, readListQuery } from '../paginate.ts';
import { renderEnvironment } from '../render/render-documents.ts';
import { createEnvironment, removeEnvironment, replaceEnvironment } from '../write/write-environment.ts';

interface NamePath {
  Params: { readonly name: string };
}

const tag = 'environments';
const answer = environmentBody;
const body = environmentSchema;

const answerEnvironment = (request: FastifyRequest, reply: FastifyReply, row: EnvironmentRow) =>
  answerObject(request, reply, row, renderEnvironment(row));

function addReading(app: FastifyInstance, context: ApiContext): void {
  const listSchema = describeRoute({
    tag,
    summary: 'List environments',
    query: listQuery,
    answer: listAnswer(answer),
    errors: [400],
  });
  const list = { config: { permission: 'environments:list' }, schema: listSchema } as const;
  app.get('/environments', list, async (request) => {
    const { workspace } = callerOf(request);
    const query = readListQuery(request.query, request.headers);
    const rows = await listEnvironments(context.store.queries, workspace);
    return paginate(rows.map(renderEnvironment), query, `environments ${workspace}`, context.clock.now());
  });

  const getSchema = describeRoute({ tag, summary: 'Get an environment', answer, errors: [404] });
  const get = { config: { permission: 'environments:get' }, schema: getSchema } as const;
  app.get<NamePath>('/environments/:name', get, async (request, reply) => {
    const { workspace } = callerOf(request);
    const { name } = request.params;
    const row = await loadEnvironment(context.store.queries, { workspace, name });
    if (row !== undefined) return answerEnvironment(request, reply, row);
    throw new BeelineError('RESOURCE_NOT_FOUND', {
      message: `there is no environment "${name}" in workspace "${workspace}"`,
    });
  });
}

/** `/environments` and `/environments/{name}`. */
export function addEnvironmentRoutes(app: FastifyInstance, context: ApiContext): void {
  addReading(app, context);
  const by = (request: FastifyRequest) => {
    const { workspace, key } = callerOf(request);
    return { workspace, who: key, nowMs: context.clock.now(), condition: readPrecondition(request.headers) };
  };

  const post = describeRoute({
    tag,
    summary: 'Create an environment',
    body,
    answer,
    errors: [400, 409, 412],
  });
  app.post(
    '/environments',
    { config: { permission: 'environments:create' }, schema: post },
    async (request, reply) => {
      const input = admitEnvironment(request.body);
      return answerEnvironment(request, reply, await createEnvironment(context.store, input, by(request)));
    },
  );

  const put = describeRoute({
    tag,
    summary: 'Update an environment',
    body,
    answer,
    errors: [400, 404, 409, 412],
  });
  app.put<NamePath>(
    '/environments/:name',
    { config: { permission: 'environments:update' }, schema: put },
    async (request, reply) => {
      const input = admitEnvironment(request.body, request.params.name);
      return answerEnvironment(request, reply, await replaceEnvironment(context.store, input, by(request)));
    },
  );

  const remove = describeRoute({ tag, summary: 'Delete an environment', answer, errors: [404, 409, 412] });
  app.delete<NamePath>(
    '/environments/:name',
    { config: { permission: 'environments:delete' }, schema: remove },
    async (request, reply) => {
      const removed = await removeEnvironment(context.store, by(request), request.params.name);
      return answerEnvironment(request, reply, removed);
    },
  );
}
