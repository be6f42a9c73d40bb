import { BeelineError } from '@beeline/core/base';
import { environmentBody } from '@beeline/core/contract';
import { environmentSchema } from '@beeline/core/resources';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { admitEnvironment } from '../../admission/admit-documents.ts';
import type { EnvironmentRow } from '../../store/database/tables.ts';
import { loadEnvironment } from '../../store/environments.ts';
import { loadListedEnvironments } from '../../store/pages/load-listed.ts';
import { documentSource } from '../../store/pages/page-sources.ts';
import { callerOf } from '../access/caller-of.ts';
import type { ApiContext } from '../api-context.ts';
import { answerObject } from '../conditions/answer-object.ts';
import { readPrecondition } from '../conditions/preconditions.ts';
import { describeRoute, listAnswer, listQuery } from '../describe-route.ts';
import { sendPage } from '../lists/send-page.ts';
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
  const { queries } = context.store;
  const listSchema = describeRoute({
    tag,
    summary: 'List environments',
    query: listQuery,
    answer: listAnswer(answer),
    errors: [400],
  });
  const list = { config: { permission: 'environments:list' }, schema: listSchema } as const;
  app.get('/environments', list, async (request, reply) => {
    const { workspace } = callerOf(request);
    return await sendPage(request, reply, context, {
      scope: `environments ${workspace}`,
      source: documentSource('environments', workspace),
      async load(names) {
        const rows = await loadListedEnvironments(queries, workspace, names);
        return new Map(rows.map((row) => [row.name, renderEnvironment(row)]));
      },
    });
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
