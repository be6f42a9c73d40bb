import { BeelineError } from '@beeline/core/base';
import type { OriginPathRules } from '@beeline/core/model-files';
import { defaultModelSpec, type TakenSecrets } from '@beeline/core/resources';
import { type AdmittedModel, requireModelReferences } from '../../admission/admit-model.ts';
import { admitOrigin } from '../../admission/admit-origin.ts';
import { checkGeneration } from '../../admission/check-generation.ts';
import { nameSome } from '../../name-some.ts';
import { sealSecrets } from '../../secrets/seal-secrets.ts';
import type { SecretKeys } from '../../secrets/secret-keys.ts';
import type { DeploymentRow } from '../../store/database/tables.ts';
import {
  type DeploymentKey,
  type DeploymentWish,
  insertDeployment,
  listDeploymentNames,
  loadDeployment,
  lockDeployment,
  markDeploymentDeleting,
  updateDeploymentWish,
} from '../../store/models.ts';
import type { Store } from '../../store/open-store.ts';
import { checkPrecondition, type Precondition } from '../conditions/preconditions.ts';
import { nextGeneration } from './next-generation.ts';

/** Who writes, when, and the id for what is new. */
interface Writer {
  readonly id: string;
  readonly who: string;
  readonly nowMs: number;
  /** What has to hold of the object as it is. */
  readonly condition: Precondition;
}

/** One who names a directory for a model. */
interface OriginWriter extends Writer {
  readonly ownsPlatform: boolean;
  readonly originRules: OriginPathRules;
}

/** What writing a model works with. */
interface WriteContext {
  readonly store: Store;
  readonly secretKeys: SecretKeys;
}

const named = (key: DeploymentKey) => `model "${key.model}" in environment "${key.environment}"`;

/**
 * @throws BeelineError RESOURCE_CONFLICT when the deployment exists, PRECONDITION_FAILED, INVALID_INPUT when it refers
 * to nothing.
 */
export function createModel(
  { store, secretKeys }: WriteContext,
  { wish, taken }: AdmittedModel,
  by: OriginWriter,
): Promise<DeploymentRow> {
  return store.write(async (tx) => {
    checkPrecondition(named(wish), by.condition, (await lockDeployment(tx.queries, wish)) ?? null);
    await requireModelReferences(tx.queries, { wish, taken });
    const originByOwner = admitOrigin(originWish(taken.spec, by), null, by.originRules);
    const owner = { workspace: wish.workspace, deployment: by.id, envs: [] };
    const ids = await sealSecrets(tx.queries, secretKeys, owner, taken, by.nowMs);
    const spec = defaultModelSpec(taken.spec, ids);
    const row = await insertDeployment(tx.queries, { ...wish, spec }, { ...by, originByOwner });
    if (row === undefined) {
      throw new BeelineError('RESOURCE_CONFLICT', {
        message: `${named(wish)} exists already: update it with PUT, or choose another name`,
      });
    }
    await tx.bump('deployments');
    return row;
  });
}

const originWish = ({ runtime }: TakenSecrets['spec'], { ownsPlatform }: OriginWriter) => ({
  model: runtime.model,
  byOwner: ownsPlatform,
});

/** Asking again for what has failed counts as a change. */
function generationAfter(row: DeploymentRow, { displayName, labels, spec }: DeploymentWish): number {
  return row.status === 'FAILED' ? row.generation + 1 : nextGeneration(row, { displayName, labels, spec });
}

/**
 * @throws BeelineError RESOURCE_NOT_FOUND when there is no such deployment, RESOURCE_CONFLICT when it has changed
 * since the caller read it, PRECONDITION_FAILED, INVALID_INPUT when it refers to nothing.
 */
export function replaceModel(
  { store, secretKeys }: WriteContext,
  { wish, taken, generation }: AdmittedModel,
  by: OriginWriter,
): Promise<DeploymentRow> {
  return store.write(async (tx) => {
    const row = await lockDeployment(tx.queries, wish);
    checkPrecondition(named(wish), by.condition, row ?? null);
    if (row === undefined) {
      throw new BeelineError('RESOURCE_NOT_FOUND', {
        message: `there is no ${named(wish)}: create it with POST /v0/models`,
      });
    }
    checkGeneration(named(wish), generation, row.generation);
    await requireModelReferences(tx.queries, { wish, taken });
    const before = { model: row.spec.runtime.model, originByOwner: row.originByOwner };
    const originByOwner = admitOrigin(originWish(taken.spec, by), before, by.originRules);
    const owner = { workspace: wish.workspace, deployment: row.id, envs: row.spec.runtime.envs };
    const ids = await sealSecrets(tx.queries, secretKeys, owner, taken, by.nowMs);
    const wished = { ...wish, spec: defaultModelSpec(taken.spec, ids) };
    const saved = await updateDeploymentWish(
      tx.queries,
      row.id,
      { ...wished, generation: generationAfter(row, wished) },
      { ...by, originByOwner },
    );
    await tx.bump('deployments');
    return saved;
  });
}

function notDeployed(model: string, environment: string | null): BeelineError {
  const where = environment === null ? '' : ` in environment "${environment}"`;
  return new BeelineError('RESOURCE_NOT_FOUND', { message: `there is no model "${model}"${where}` });
}

/**
 * Marks a deployment for deletion; one that is on its way out already is left as it is.
 * @throws BeelineError RESOURCE_NOT_FOUND when there is none, PRECONDITION_FAILED, INVALID_INPUT when several
 * environments have it and none is named.
 */
export async function deleteModel(
  store: Store,
  target: { readonly workspace: string; readonly model: string; readonly environment: string | null },
  by: Writer,
): Promise<DeploymentRow> {
  const { workspace, model, environment } = target;
  const filter = { workspace, model, ...(environment === null ? {} : { environment }) };
  return await store.write(async (tx) => {
    const found = await listDeploymentNames(tx.queries, filter);
    const [only] = found;
    if (only === undefined) throw notDeployed(model, environment);
    if (found.length > 1) {
      const names = nameSome(found.map((each) => each.environment));
      throw new BeelineError('INVALID_INPUT', {
        message: `model "${model}" is deployed in ${names}: say which with ?environment=`,
      });
    }
    const key = { workspace, ...only };
    const row = await lockDeployment(tx.queries, key);
    checkPrecondition(named(key), by.condition, row ?? null);
    if (row === undefined) {
      const leaving = await loadDeployment(tx.queries, key);
      if (leaving === undefined) throw notDeployed(model, environment);
      return leaving;
    }
    const marked = await markDeploymentDeleting(tx.queries, row, by);
    await tx.bump('deployments');
    return marked;
  });
}
