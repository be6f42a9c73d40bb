import { BeelineError } from '@beeline/core/base';
import type { Caller } from './authenticate.ts';

type Verb = 'list' | 'get' | 'create' | 'update' | 'delete';
type Subject =
  | 'models'
  | 'environments'
  | 'policies'
  | 'locations'
  | 'configurations'
  | 'workspaces'
  | 'executions'
  | 'integrations'
  | 'apiKeys'
  | 'secretsKeys';

/** What a route asks for, as `plural:verb`. */
export type Permission = `${Subject}:${Verb}`;

const adminWrites: readonly string[] = ['environments', 'policies'];
const adminOnly: readonly string[] = ['apiKeys', 'secretsKeys'];

/** Members deploy and read; the rules of the workspace and its keys are the admins'. */
export function isAllowed(role: Caller['role'], permission: Permission): boolean {
  if (role === 'admin') return true;
  const [subject = '', verb] = permission.split(':');
  if (adminOnly.includes(subject)) return false;
  return verb === 'list' || verb === 'get' || !adminWrites.includes(subject);
}

/** @throws BeelineError FORBIDDEN when the caller's role does not give the permission. */
export function authorize(caller: Caller, permission: Permission): void {
  if (isAllowed(caller.role, permission)) return;
  throw new BeelineError('FORBIDDEN', {
    message: `this takes the role admin (${permission}) and the API key has the role ${caller.role}: ask an admin`,
  });
}
