import { BeelineError } from '@beeline/core/base';
import type { PolicyUsagesBody } from '@beeline/core/contract';
import { defaultEnvironment, type PolicyInput } from '@beeline/core/resources';
import { checkGeneration } from '../../admission/check-generation.ts';
import { nameSome } from '../../name-some.ts';
import type { PolicyRow } from '../../store/database/tables.ts';
import { listEnvironmentsWithPolicy } from '../../store/environments.ts';
import { listDeploymentsWithPolicy } from '../../store/models.ts';
import type { Queries, Store } from '../../store/open-store.ts';
import { deletePolicy, insertPolicy, lockPolicy, updatePolicy } from '../../store/policies.ts';
import { checkPrecondition, unconditional } from '../conditions/preconditions.ts';
import type { DocumentWriter } from './document-writer.ts';
import { nextGeneration } from './next-generation.ts';

/** @throws BeelineError RESOURCE_CONFLICT when the name is taken. */
export function createPolicy(store: Store, input: PolicyInput, by: DocumentWriter): Promise<PolicyRow> {
  const { name, displayName, labels } = input.metadata;
  const row: PolicyRow = {
    workspace: by.workspace,
    name,
    displayName: displayName ?? name,
    labels: labels ?? {},
    spec: input.spec,
    generation: 1,
    createdAt: by.nowMs,
    createdBy: by.who,
    updatedAt: by.nowMs,
    updatedBy: by.who,
  };
  return store.write(async ({ queries }) => {
    const current = (await lockPolicy(queries, { workspace: by.workspace, name })) ?? null;
    checkPrecondition(`policy "${name}"`, by.condition, current);
    if (await insertPolicy(queries, row)) return await readBack(queries, by, name);
    throw new BeelineError('RESOURCE_CONFLICT', {
      message: `policy "${name}" exists already: update it with PUT, or choose another name`,
    });
  });
}

type Target = Pick<DocumentWriter, 'workspace' | 'condition'>;

async function requireLocked(queries: Queries, target: Target, name: string): Promise<PolicyRow> {
  const { workspace, condition } = target;
  const row = await lockPolicy(queries, { workspace, name });
  checkPrecondition(`policy "${name}"`, condition, row ?? null);
  if (row !== undefined) return row;
  throw new BeelineError('RESOURCE_NOT_FOUND', {
    message: `there is no policy "${name}" in workspace "${workspace}"`,
  });
}

/** What was written, as it is stored: the database orders the fields of an object in its own way. */
const readBack = (queries: Queries, { workspace }: Target, name: string) =>
  requireLocked(queries, { workspace, condition: unconditional }, name);

/** @throws BeelineError RESOURCE_NOT_FOUND, RESOURCE_CONFLICT */
export function replacePolicy(store: Store, input: PolicyInput, by: DocumentWriter): Promise<PolicyRow> {
  const { name, displayName, labels, generation: seen } = input.metadata;
  return store.write(async ({ queries }) => {
    const row = await requireLocked(queries, by, name);
    checkGeneration(`policy "${name}"`, seen ?? null, row.generation);
    const wished = { displayName: displayName ?? name, labels: labels ?? {}, spec: input.spec };
    const generation = nextGeneration(row, wished);
    const saved: PolicyRow = { ...row, ...wished, generation, updatedAt: by.nowMs, updatedBy: by.who };
    await updatePolicy(queries, saved);
    return await readBack(queries, by, name);
  });
}

/** Names of everything that a policy is attached to. */
export async function loadPolicyUsages(
  queries: Queries,
  workspace: string,
  policy: string,
): Promise<PolicyUsagesBody> {
  const deployments = await listDeploymentsWithPolicy(queries, workspace, policy);
  const models = deployments.map(({ model, environment }) =>
    environment === defaultEnvironment ? model : `${model}@${environment}`,
  );
  const environments = [...(await listEnvironmentsWithPolicy(queries, workspace, policy))];
  return { models, environments, agents: [], functions: [], jobs: [], sandboxes: [] };
}

/** @throws BeelineError RESOURCE_NOT_FOUND, RESOURCE_IN_USE naming what it is attached to. */
export function removePolicy(store: Store, target: Target, name: string): Promise<PolicyRow> {
  const { workspace } = target;
  return store.write(async ({ queries }) => {
    const row = await requireLocked(queries, target, name);
    const { models, environments } = await loadPolicyUsages(queries, workspace, name);
    const users = [
      ...environments.map((each) => `environment ${each}`),
      ...models.map((each) => `model ${each}`),
    ];
    if (users.length > 0) {
      throw new BeelineError('RESOURCE_IN_USE', {
        message: `policy "${name}" is attached to ${nameSome(users)}: detach it there first`,
      });
    }
    await deletePolicy(queries, { workspace, name });
    return row;
  });
}
