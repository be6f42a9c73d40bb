import { BeelineError } from '@beeline/core/base';
import { defaultEnvironment } from '@beeline/core/resources';
import type { FastifyRequest } from 'fastify';
import { nameSome } from '../name-some.ts';
import type { DeploymentRow } from '../store/database/tables.ts';
import { listDeploymentNames, loadDeployment } from '../store/models.ts';
import { callerOf } from './access/caller-of.ts';
import type { ApiContext } from './api-context.ts';
import { queryText } from './http/read-query.ts';

/**
 * The deployment that a request about one model means: `?environment=`, or production.
 * @throws BeelineError RESOURCE_NOT_FOUND, telling where the model is deployed instead.
 */
export async function requireDeployment(
  context: ApiContext,
  request: FastifyRequest,
  model: string,
): Promise<DeploymentRow> {
  const { queries } = context.store;
  const { workspace } = callerOf(request);
  const environment = queryText(request.query, 'environment') ?? defaultEnvironment;
  const row = await loadDeployment(queries, { workspace, model, environment });
  if (row !== undefined) return row;
  const elsewhere = await listDeploymentNames(queries, { workspace, model });
  const names = nameSome(elsewhere.map((each) => each.environment));
  const hint = names === '' ? '' : `; it is deployed in ${names}: add ?environment=`;
  throw new BeelineError('RESOURCE_NOT_FOUND', {
    message: `there is no model "${model}" in environment "${environment}" of workspace "${workspace}"${hint}`,
  });
}
