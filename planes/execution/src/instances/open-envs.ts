import { BeelineError } from '@beeline/core/base';
import type { RevisionAssignment } from '@beeline/core/contract';
import { loaderReason } from '@beeline/core/resources';
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
 * Refuses a variable that decides which code an unconfined process loads. Control takes none; this holds for
 * deployments of versions that did, and whatever a feed says.
 * @throws BeelineError VARIABLE_REFUSED naming it.
 */
export function refuseLoaderEnvs(assignment: RevisionAssignment): void {
  if (assignment.template.generation !== 'process') return;
  for (const name of envNames(assignment)) {
    const reason = loaderReason(name);
    if (reason === null) continue;
    throw new BeelineError('VARIABLE_REFUSED', {
      message: `the variable ${name} must not be set for generation process: ${reason}; remove it from spec.runtime.envs and apply again`,
    });
  }
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
