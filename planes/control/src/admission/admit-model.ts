import { BeelineError, describeViolations, type FieldViolation } from '@beeline/core/base';
import { defaultEnvironment, parseModel, type TakenSecrets, takeSecretValues } from '@beeline/core/resources';
import type { DeploymentWish } from '../store/models.ts';
import type { Queries } from '../store/open-store.ts';
import { requireDocumentSize } from './require-document-size.ts';
import { requireEnvironment, requirePolicies } from './require-references.ts';

export interface AdmittedModel {
  readonly wish: Omit<DeploymentWish, 'spec'>;
  /** The spec as it was sent, and the secret values that were in it. */
  readonly taken: TakenSecrets;
  /** The generation that the caller saw, when it said so. */
  readonly generation: number | null;
}

/** What the address of the request says of the document. */
export interface ModelAddress {
  readonly workspace: string;
  readonly name?: string;
  readonly environment?: string;
}

function contradiction(
  field: string,
  inBody: string | undefined,
  inAddress: string | undefined,
): readonly FieldViolation[] {
  if (inBody === undefined || inAddress === undefined || inBody === inAddress) return [];
  return [{ field, rule: `must be "${inAddress}" as in the address`, received: JSON.stringify(inBody) }];
}

/**
 * Checks a model document against its schema and its address, and takes the secret values out of it.
 * @throws BeelineError REQUEST_ENTITY_TOO_LARGE, INVALID_INPUT
 */
export function admitModel(body: unknown, address: ModelAddress): AdmittedModel {
  requireDocumentSize(body);
  const { metadata, spec } = parseModel(body, 'unjudged');
  const fields = [
    ...contradiction('metadata.name', metadata.name, address.name),
    ...contradiction('metadata.environment', metadata.environment, address.environment),
  ];
  if (fields.length > 0) {
    throw new BeelineError('INVALID_INPUT', { message: describeViolations(fields), fields });
  }
  return {
    wish: {
      workspace: address.workspace,
      model: metadata.name,
      environment: metadata.environment ?? address.environment ?? defaultEnvironment,
      displayName: metadata.displayName ?? metadata.name,
      labels: metadata.labels ?? {},
    },
    taken: takeSecretValues(spec),
    generation: metadata.generation ?? null,
  };
}

/**
 * Checks that what a deployment refers to exists, and keeps it until the transaction ends.
 * @throws BeelineError INVALID_INPUT naming what does not exist.
 */
export async function requireModelReferences(
  queries: Queries,
  { wish, taken }: Pick<AdmittedModel, 'wish' | 'taken'>,
): Promise<void> {
  await requireEnvironment(queries, wish.workspace, wish.environment);
  await requirePolicies(queries, wish.workspace, taken.spec.policies ?? []);
}
