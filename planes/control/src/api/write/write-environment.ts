import { BeelineError } from '@beeline/core/base';
import { builtInEnvironments, type EnvironmentInput } from '@beeline/core/resources';
import { checkGeneration } from '../../admission/check-generation.ts';
import { requirePolicies } from '../../admission/require-references.ts';
import { nameSome } from '../../name-some.ts';
import type { EnvironmentRow } from '../../store/database/tables.ts';
import {
  deleteEnvironment,
  insertEnvironment,
  lockEnvironment,
  updateEnvironment,
} from '../../store/environments.ts';
import { listDeploymentNames } from '../../store/models.ts';
import type { Queries, Store } from '../../store/open-store.ts';
import { checkPrecondition, unconditional } from '../conditions/preconditions.ts';
import type { DocumentWriter } from './document-writer.ts';
import { nextGeneration } from './next-generation.ts';

/** @throws BeelineError RESOURCE_CONFLICT when the name is taken, INVALID_INPUT for a policy that does not exist. */
export function createEnvironment(
  store: Store,
  input: EnvironmentInput,
  by: DocumentWriter,
): Promise<EnvironmentRow> {
  const { name, displayName, labels } = input.metadata;
  const row: EnvironmentRow = {
    workspace: by.workspace,
    name,
    displayName: displayName ?? name,
    labels: labels ?? {},
    policies: input.spec?.policies ?? [],
    generation: 1,
    createdAt: by.nowMs,
    createdBy: by.who,
    updatedAt: by.nowMs,
    updatedBy: by.who,
  };
  return store.write(async ({ queries }) => {
    const key = { workspace: by.workspace, name };
    const current = (await lockEnvironment(queries, key, 'change')) ?? null;
    checkPrecondition(`environment "${name}"`, by.condition, current);
    await requirePolicies(queries, by.workspace, row.policies);
    if (await insertEnvironment(queries, row)) return await readBack(queries, by, name);
    throw new BeelineError('RESOURCE_CONFLICT', {
      message: `environment "${name}" exists already: update it with PUT, or choose another name`,
    });
  });
}

type Target = Pick<DocumentWriter, 'workspace' | 'condition'>;

async function requireLocked(queries: Queries, target: Target, name: string): Promise<EnvironmentRow> {
  const { workspace, condition } = target;
  const row = await lockEnvironment(queries, { workspace, name }, 'change');
  checkPrecondition(`environment "${name}"`, condition, row ?? null);
  if (row !== undefined) return row;
  throw new BeelineError('RESOURCE_NOT_FOUND', {
    message: `there is no environment "${name}" in workspace "${workspace}"`,
  });
}

/** What was written, as it is stored: the database orders the fields of an object in its own way. */
const readBack = (queries: Queries, { workspace }: Target, name: string) =>
  requireLocked(queries, { workspace, condition: unconditional }, name);

/** @throws BeelineError RESOURCE_NOT_FOUND, RESOURCE_CONFLICT, INVALID_INPUT */
export function replaceEnvironment(
  store: Store,
  input: EnvironmentInput,
  by: DocumentWriter,
): Promise<EnvironmentRow> {
  const { name, displayName, labels, generation: seen } = input.metadata;
  return store.write(async ({ queries }) => {
    const row = await requireLocked(queries, by, name);
    checkGeneration(`environment "${name}"`, seen ?? null, row.generation);
    const policies = input.spec?.policies ?? [];
    await requirePolicies(queries, by.workspace, policies);
    const wished = { displayName: displayName ?? name, labels: labels ?? {}, policies };
    const generation = nextGeneration(row, wished);
    const saved: EnvironmentRow = { ...row, ...wished, generation, updatedAt: by.nowMs, updatedBy: by.who };
    await updateEnvironment(queries, saved);
    return await readBack(queries, by, name);
  });
}

/** @throws BeelineError RESOURCE_NOT_FOUND, RESOURCE_PROTECTED, RESOURCE_IN_USE naming the models in it. */
export function removeEnvironment(store: Store, target: Target, name: string): Promise<EnvironmentRow> {
  const { workspace } = target;
  return store.write(async ({ queries }) => {
    const row = await requireLocked(queries, target, name);
    if (builtInEnvironments.some((each) => each === name)) {
      throw new BeelineError('RESOURCE_PROTECTED', {
        message: `environment "${name}" belongs to every workspace and cannot be deleted`,
      });
    }
    const models = await listDeploymentNames(queries, { workspace, environment: name });
    if (models.length > 0) {
      const names = nameSome(models.map((each) => each.model));
      throw new BeelineError('RESOURCE_IN_USE', {
        message: `environment "${name}" still has the models ${names}: delete them there first`,
      });
    }
    await deleteEnvironment(queries, { workspace, name });
    return row;
  });
}
