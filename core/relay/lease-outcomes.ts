import type { LeaseOutcome } from '../contract/index.ts';
import type { RelayEnd } from './relay-outcome.ts';

/** What the end of an exchange says of the replica: what a lease is released with. */
export const leaseOutcomes: Readonly<Record<RelayEnd, LeaseOutcome>> = {
  complete: 'served',
  'client-aborted': 'aborted',
  'request-refused': 'aborted',
  'request-too-large': 'aborted',
  'upstream-unreachable': 'unreachable',
  'upstream-broken': 'broken',
  'first-byte-timeout': 'aborted',
  'idle-timeout': 'aborted',
};
