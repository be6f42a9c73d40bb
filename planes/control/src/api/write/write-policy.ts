import { isDeepStrictEqual } from 'node:util';
import { BeelineError } from '@beeline/core/base';
import type { PolicyUsagesBody } from '@beeline/core/contract';
import { defaultEnvironment, type PolicyInput } from '@beeline/core/resources';
import { checkGeneration } from '../../admission/check-generation.ts';
import type { PolicyRow } from '../../store/database/tables.ts';
import { listEnvironmentsWithPolicy } from '../../store/environments.ts';
import { listDeployments } from '../../store/models.ts';
import type { Queries, Store } from '../../store/open-store.ts';
import { deletePolicy, insertPolicy, lockPolicy, updatePolicy } from '../../store/policies.ts';
import type { DocumentWriter } from './document-writer.ts';

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
    if (await insertPolicy(queries, row)) return row;
    throw new BeelineError('RESOURCE_CONFLICT', {
      message: `policy "${name}" exists already: update it with PUT, or choose another name`,
    });
  });
}

async function requireLocked(queries: Queries, workspace: string, name: string): Promise<PolicyRow> {
  const row = await lockPolicy(queries, { workspace, name });
  if (row !== undefined) return row;
  throw new BeelineError('RESOURCE_NOT_FOUND', {
    message: `there is no policy "${name}" in workspace "${workspace}"`,
  });
}

/** @throws BeelineError RESOURCE_NOT_FOUND, RESOURCE_CONFLICT */
export function replacePolicy(store: Store, input: PolicyInput, by: DocumentWriter): Promise<PolicyRow> {
  const { name, displayName, labels, generation } = input.metadata;
  return store.write(async ({ queries }) => {
    const row = await requireLocked(queries, by.workspace, name);
    checkGeneration(`policy "${name}"`, generation ?? null, row.generation);
    const saved: PolicyRow = {
      ...row,
      displayName: displayName ?? name,
      labels: labels ?? {},
      spec: input.spec,
      generation: row.generation + (isDeepStrictEqual(input.spec, row.spec) ? 0 : 1),
      updatedAt: by.nowMs,
      updatedBy: by.who,
    };
    await updatePolicy(queries, saved);
    return saved;
  });
}

/** Names of everything that a policy is attached to. */
export async function loadPolicyUsages(
  queries: Queries,
  workspace: string,
  policy: string,
): Promise<PolicyUsagesBody> {
  const deployments = await listDeployments(queries, { workspace });
  const models = deployments
    .filter((row) => !row.deleting && row.spec.policies.includes(policy))
    .map((row) => (row.environment === defaultEnvironment ? row.model : `${row.model}@${row.environment}`));
  const environments = [...(await listEnvironmentsWithPolicy(queries, workspace, policy))];
  return { models, environments, agents: [], functions: [], jobs: [], sandboxes: [] };
}

/** @throws BeelineError RESOURCE_NOT_FOUND, RESOURCE_IN_USE naming what it is attached to. */
export function removePolicy(store: Store, workspace: string, name: string): Promise<PolicyRow> {
  return store.write(async ({ queries }) => {
    const row = await requireLocked(queries, workspace, name);
    const { models, environments } = await loadPolicyUsages(queries, workspace, name);
    const users = [
      ...environments.map((each) => `environment ${each}`),
      ...models.map((each) => `model ${each}`),
    ];
    if (users.length > 0) {
      throw new BeelineError('RESOURCE_IN_USE', {
        message: `policy "${name}" is attached to ${users.join(', ')}: detach it there first`,
      });
    }
    await deletePolicy(queries, { workspace, name });
    return row;
  });
}
