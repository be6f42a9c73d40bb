import { newId } from '@beeline/core/base';
import { modelBody } from '@beeline/core/contract';
import { type Model, modelSchema } from '@beeline/core/resources';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { admitModel } from '../../admission/admit-model.ts';
import type { DeploymentRow } from '../../store/database/tables.ts';
import { loadObservations } from '../../store/observed.ts';
import { loadListedDeployments, type ShownDeployment } from '../../store/pages/load-listed.ts';
import { deploymentSource } from '../../store/pages/page-sources.ts';
import { callerOf } from '../access/caller-of.ts';
import type { ApiContext } from '../api-context.ts';
import { answerObject } from '../conditions/answer-object.ts';
import { readPrecondition } from '../conditions/preconditions.ts';
import { describeRoute, environmentQuery, listAnswer, listQuery } from '../describe-route.ts';
import { queryText } from '../http/read-query.ts';
import { sendPage } from '../lists/send-page.ts';
import { renderModel } from '../render/render-model.ts';
import { requireDeployment } from '../require-deployment.ts';
import { createModel, deleteModel, replaceModel } from '../write/write-model.ts';

interface ModelPath {
  Params: { readonly model: string };
}

const tag = 'models';
const answer = modelBody;

/** The part of an address that the query gives. */
function environmentOf(request: FastifyRequest): { readonly environment?: string } {
  const environment = queryText(request.query, 'environment');
  return environment === undefined ? {} : { environment };
}

async function renderModels(
  context: ApiContext,
  rows: readonly ShownDeployment[],
): Promise<readonly Model[]> {
  const ids = rows.map((row) => row.id);
  const observations = await loadObservations(context.store.queries, ids);
  return rows.map((row) => renderModel(row, observations.get(row.id) ?? [], context.publicUrl));
}

/** Answers a call about one deployment. */
async function answerModel(
  context: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  row: DeploymentRow,
): Promise<FastifyReply> {
  const [model] = await renderModels(context, [row]);
  return answerObject(request, reply, row, model ?? {});
}

function addReading(app: FastifyInstance, context: ApiContext): void {
  const { queries } = context.store;
  const list = {
    config: { permission: 'models:list' },
    schema: describeRoute({
      tag,
      summary: 'List deployments',
      query: { ...environmentQuery, ...listQuery },
      answer: listAnswer(answer),
      errors: [400],
    }),
  } as const;
  app.get('/models', list, async (request, reply) => {
    const { workspace } = callerOf(request);
    const filter = { workspace, ...environmentOf(request) };
    return await sendPage(request, reply, context, {
      scope: `models ${workspace} ${filter.environment ?? ''}`,
      source: deploymentSource(filter),
      async load(ids) {
        const rows = await loadListedDeployments(queries, ids);
        const models = await renderModels(context, rows);
        return new Map(rows.map(({ id }, index) => [id, models[index]]));
      },
    });
  });

  const get = {
    config: { permission: 'models:get' },
    schema: describeRoute({
      tag,
      summary: 'Get a deployment',
      query: environmentQuery,
      answer,
      errors: [404],
    }),
  } as const;
  app.get<ModelPath>('/models/:model', get, async (request, reply) =>
    answerModel(context, request, reply, await requireDeployment(context, request, request.params.model)),
  );
}

function addWriting(app: FastifyInstance, context: ApiContext): void {
  /** What was written is given out once gateways know of it. */
  const answerWritten = async (request: FastifyRequest, reply: FastifyReply, row: DeploymentRow) => {
    await context.whenRouted(row);
    return await answerModel(context, request, reply, row);
  };
  const by = (request: FastifyRequest) => {
    const nowMs = context.clock.now();
    const { key: who, ownsPlatform } = callerOf(request);
    const condition = readPrecondition(request.headers);
    const id = newId('dep', nowMs);
    return { who, ownsPlatform, originRules: context.originRules, nowMs, id, condition };
  };

  const post = {
    config: { permission: 'models:create' },
    schema: describeRoute({
      tag,
      summary: 'Create a deployment',
      query: environmentQuery,
      body: modelSchema,
      answer,
      errors: [400, 409, 412, 413, 415],
    }),
  } as const;
  app.post('/models', post, async (request, reply) => {
    const address = { workspace: callerOf(request).workspace, ...environmentOf(request) };
    const admitted = admitModel(request.body, address);
    return await answerWritten(request, reply, await createModel(context, admitted, by(request)));
  });

  const put = {
    config: { permission: 'models:update' },
    schema: describeRoute({
      tag,
      summary: 'Update a deployment',
      query: environmentQuery,
      body: modelSchema,
      answer,
      errors: [400, 404, 409, 412, 413, 415],
    }),
  } as const;
  app.put<ModelPath>('/models/:model', put, async (request, reply) => {
    const { workspace } = callerOf(request);
    const address = { workspace, name: request.params.model, ...environmentOf(request) };
    const admitted = admitModel(request.body, address);
    return await answerWritten(request, reply, await replaceModel(context, admitted, by(request)));
  });

  const remove = {
    config: { permission: 'models:delete' },
    schema: describeRoute({
      tag,
      summary: 'Delete a deployment',
      query: environmentQuery,
      answer,
      errors: [400, 404, 412],
    }),
  } as const;
  app.delete<ModelPath>('/models/:model', remove, async (request, reply) => {
    const target = {
      workspace: callerOf(request).workspace,
      model: request.params.model,
      environment: environmentOf(request).environment ?? null,
    };
    return await answerWritten(request, reply, await deleteModel(context.store, target, by(request)));
  });
}

/** `/models` and `/models/{model}`. */
export function addModelRoutes(app: FastifyInstance, context: ApiContext): void {
  addReading(app, context);
  addWriting(app, context);
}
