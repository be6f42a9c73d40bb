import { BeelineError, newId } from '@beeline/core/base';
import { defaultEnvironment, type Model, modelSchema } from '@beeline/core/resources';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { admitModel } from '../../admission/admit-model.ts';
import type { DeploymentRow } from '../../store/database/tables.ts';
import { listDeployments, loadDeployment } from '../../store/models.ts';
import { loadObservations } from '../../store/observed.ts';
import type { ApiContext } from '../api-context.ts';
import type { Caller } from '../authenticate.ts';
import { paginate, readListQuery } from '../paginate.ts';
import { queryText } from '../read-query.ts';
import { renderModel } from '../render-model.ts';
import { createModel, deleteModel, replaceModel } from '../write-model.ts';

interface ModelPath {
  Params: { readonly model: string };
}

const callerOf = (request: FastifyRequest) => request.getDecorator<Caller>('caller');

/** @throws BeelineError RESOURCE_NOT_FOUND, telling where the model is deployed instead. */
export async function requireDeployment(
  context: ApiContext,
  caller: Caller,
  model: string,
  environment: string,
): Promise<DeploymentRow> {
  const { queries } = context.store;
  const row = await loadDeployment(queries, { workspace: caller.workspace, model, environment });
  if (row !== undefined) return row;
  const elsewhere = await listDeployments(queries, { workspace: caller.workspace, model });
  const hint =
    elsewhere.length === 0
      ? ''
      : `; it is deployed in ${elsewhere.map((each) => each.environment).join(', ')}: add ?environment=`;
  throw new BeelineError('RESOURCE_NOT_FOUND', {
    message: `there is no model "${model}" in environment "${environment}" of workspace "${caller.workspace}"${hint}`,
  });
}

async function renderModels(context: ApiContext, rows: readonly DeploymentRow[]): Promise<readonly Model[]> {
  const ids = rows.map((row) => row.id);
  const observations = await loadObservations(context.store.queries, ids);
  return rows.map((row) => renderModel(row, observations.get(row.id) ?? [], context.publicUrl));
}

async function render(context: ApiContext, row: DeploymentRow): Promise<Model> {
  const observations = await loadObservations(context.store.queries, [row.id]);
  return renderModel(row, observations.get(row.id) ?? [], context.publicUrl);
}

function addReading(app: FastifyInstance, context: ApiContext): void {
  app.get('/models', { config: { permission: 'models:list' } }, async (request) => {
    const { workspace } = callerOf(request);
    const environment = queryText(request.query, 'environment');
    const filter = { workspace, ...(environment === undefined ? {} : { environment }) };
    const list = readListQuery(request.query, request.headers);
    const models = await renderModels(context, await listDeployments(context.store.queries, filter));
    return paginate(models, list, `models ${workspace} ${environment ?? ''}`, context.clock.now());
  });

  app.get<ModelPath>('/models/:model', { config: { permission: 'models:get' } }, async (request) => {
    const environment = queryText(request.query, 'environment') ?? defaultEnvironment;
    const row = await requireDeployment(context, callerOf(request), request.params.model, environment);
    return await render(context, row);
  });
}

function addWriting(app: FastifyInstance, context: ApiContext): void {
  const by = (request: FastifyRequest) => {
    const nowMs = context.clock.now();
    return { who: callerOf(request).key, nowMs, id: newId('dep', nowMs) };
  };

  app.post(
    '/models',
    { config: { permission: 'models:create' }, schema: { body: modelSchema } },
    async (request) => {
      const { workspace } = callerOf(request);
      const environment = queryText(request.query, 'environment');
      const address = { workspace, ...(environment === undefined ? {} : { environment }) };
      const { wish } = admitModel(request.body, address);
      return await render(context, await createModel(context.store, wish, by(request)));
    },
  );

  app.put<ModelPath>(
    '/models/:model',
    { config: { permission: 'models:update' }, schema: { body: modelSchema } },
    async (request) => {
      const { workspace } = callerOf(request);
      const environment = queryText(request.query, 'environment');
      const admitted = admitModel(request.body, {
        workspace,
        name: request.params.model,
        ...(environment === undefined ? {} : { environment }),
      });
      return await render(context, await replaceModel(context.store, admitted, by(request)));
    },
  );

  app.delete<ModelPath>('/models/:model', { config: { permission: 'models:delete' } }, async (request) => {
    const { workspace } = callerOf(request);
    const environment = queryText(request.query, 'environment') ?? null;
    const { model } = request.params;
    const row = await deleteModel(context.store, { workspace, model, environment }, by(request));
    return await render(context, row);
  });
}

/** `/models` and `/models/{model}`. */
export function addModelRoutes(app: FastifyInstance, context: ApiContext): void {
  addReading(app, context);
  addWriting(app, context);
}
