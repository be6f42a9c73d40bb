import { BeelineError } from '@beeline/core/base';

/**
 * Life of an instance. It is started once and never again: a replacement is a new instance.
 * `lost`: the driver no longer knows whether it runs, e.g. because the engine behind it went away.
 */
export type InstanceState = 'created' | 'starting' | 'ready' | 'frozen' | 'stopping' | 'exited' | 'lost';

export type InstanceCall = 'start' | 'freeze' | 'thaw' | 'claim' | 'checkpoint' | 'stop' | 'remove' | 'stats';

/** The states in which each call is legal. `stop` on an instance that has ended returns how it ended. */
export const legalStates: Readonly<Record<InstanceCall, readonly InstanceState[]>> = {
  start: ['created'],
  freeze: ['ready'],
  thaw: ['frozen'],
  claim: ['frozen'],
  checkpoint: ['ready', 'frozen'],
  stop: ['created', 'starting', 'ready', 'frozen', 'stopping', 'exited', 'lost'],
  remove: ['created', 'exited', 'lost'],
  stats: ['starting', 'ready', 'frozen', 'stopping'],
};

/**
 * Refuses a call that the instance's state does not allow.
 * @throws BeelineError INSTANCE_STATE_INVALID naming the instance, the call and the states that would do.
 */
export function requireLegalState(id: string, call: InstanceCall, state: InstanceState): void {
  if (legalStates[call].includes(state)) return;
  throw new BeelineError('INSTANCE_STATE_INVALID', {
    message: `instance ${id} is ${state}: ${call} is possible only while it is ${legalStates[call].join(' or ')}`,
  });
}
