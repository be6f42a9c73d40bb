import { BeelineError } from '@beeline/core/base';
import { findKind } from '@beeline/core/resources';

/**
 * The name of a model, from what stands behind a command that is for models alone: `bl run model sentiment`.
 * @throws BeelineError USAGE_ERROR with the command line that was meant.
 */
export function requireModelName(command: string, kind: string, name: string | undefined): string {
  const found = findKind(kind)?.kind;
  if (found === 'Model' && name !== undefined) return name;
  const meant = `write bl ${command} model ${name ?? (found === undefined ? kind : 'NAME')}`;
  if (found === 'Model') throw usage(`the name of the model is missing; ${meant}`);
  if (found === undefined && name === undefined) throw usage(`the kind is missing before the name; ${meant}`);
  throw usage(`bl ${command} is for models only (received ${kind}); ${meant}`);
}

const usage = (message: string) => new BeelineError('USAGE_ERROR', { message });
