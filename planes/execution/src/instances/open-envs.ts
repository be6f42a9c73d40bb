import { BeelineError } from '@beeline/core/base';
import type { RevisionAssignment } from '@beeline/core/contract';
import type { BoxKey } from '@beeline/core/secrets';

function openOne(key: BoxKey, { revision, sealedEnvs = {} }: RevisionAssignment, variable: string): string {
  const sealed = Object.hasOwn(sealedEnvs, variable) ? sealedEnvs[variable] : undefined;
  if (sealed === undefined) {
    throw new BeelineError('SECRET_UNREADABLE', {
      message: `control cannot open the secret value of ${variable}: put its key back (the log of control names it), or apply the model again with the value`,
    });
  }
  try {
    return key.open(sealed, [revision, variable]).reveal();
  } catch (error) {
    if (!(error instanceof BeelineError) || error.code !== 'SECRET_UNREADABLE') throw error;
    throw new BeelineError('SECRET_UNREADABLE', {
      message: `this location cannot open the secret value of ${variable} (${error.message}); it gets it again from control`,
      cause: error,
    });
  }
}

/** Names of all variables of a deployment. */
export function envNames({ template: { runtime } }: RevisionAssignment): readonly string[] {
  return [...Object.keys(runtime.envs), ...Object.keys(runtime.secretEnvs ?? {})];
}

/**
 * The environment of a deployment with its secret values in clear: for the model server and for nothing else.
 * @throws BeelineError SECRET_UNREADABLE naming the variable.
 */
export function openEnvs(key: BoxKey, assignment: RevisionAssignment): Readonly<Record<string, string>> {
  const { envs, secretEnvs = {} } = assignment.template.runtime;
  const opened = Object.keys(secretEnvs).map((variable) => [variable, openOne(key, assignment, variable)]);
  return { ...envs, ...Object.fromEntries(opened) };
}
