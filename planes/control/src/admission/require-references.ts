import { BeelineError, describeViolations, type FieldViolation, suggestName } from '@beeline/core/base';
import { nameSome } from '../name-some.ts';
import { listEnvironmentNames, lockEnvironment } from '../store/environments.ts';
import type { Queries } from '../store/open-store.ts';
import { listPolicyNames, lockPolicyNames } from '../store/policies.ts';

function unknownName(field: string, kind: string, name: string, known: readonly string[]): FieldViolation {
  const near = suggestName(name, known);
  const list = known.length === 0 ? `no ${kind} exists yet` : `known: ${nameSome(known)}`;
  return {
    field,
    rule: `must name ${kind} that exists`,
    received: JSON.stringify(name),
    hint: near === undefined ? list : `did you mean "${near}"?`,
  };
}

function refuse(fields: readonly FieldViolation[]): never {
  throw new BeelineError('INVALID_INPUT', { message: describeViolations(fields), fields });
}

/**
 * Keeps an environment from being deleted until the transaction ends.
 * @throws BeelineError INVALID_INPUT when it does not exist.
 */
export async function requireEnvironment(queries: Queries, workspace: string, name: string): Promise<void> {
  if ((await lockEnvironment(queries, { workspace, name }, 'refer')) !== undefined) return;
  const known = await listEnvironmentNames(queries, workspace);
  refuse([unknownName('metadata.environment', 'an environment', name, known)]);
}

/**
 * Keeps policies from being deleted until the transaction ends.
 * @throws BeelineError INVALID_INPUT naming each one that does not exist.
 */
export async function requirePolicies(
  queries: Queries,
  workspace: string,
  names: readonly string[],
): Promise<void> {
  const found = await lockPolicyNames(queries, workspace, names);
  if (names.every((name) => found.has(name))) return;
  const known = await listPolicyNames(queries, workspace);
  refuse(
    names.flatMap((name, index) =>
      found.has(name) ? [] : [unknownName(`spec.policies[${index}]`, 'a policy', name, known)],
    ),
  );
}
