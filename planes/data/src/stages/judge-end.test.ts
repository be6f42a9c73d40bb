import { BeelineError } from '@beeline/core/base';
import type { RelayOutcome } from '@beeline/core/relay';
import { expect, it } from 'vitest';
import { credentialUnknown, gatewayStopping } from '../errors.ts';
import { type EndPicture, judgeEnd, judgeLease } from './judge-end.ts';

const outcome: RelayOutcome = {
  ended: 'complete',
  status: 200,
  headSent: true,
  requestBytes: 1,
  responseBytes: 2,
  detail: null,
};
const picture: EndPicture = {
  outcome,
  givenUp: null,
  cutError: null,
  locationError: null,
  remote: null,
  config: { maxRequestBody: 0, firstByteTimeout: 1, idleTimeout: 1 },
};
const broken: RelayOutcome = { ...outcome, ended: 'upstream-broken' };
const unsent: RelayOutcome = { ...broken, status: 0, headSent: false };
const drained = new BeelineError('DRAIN_TIMEOUT', { message: 'its time was over' });

it.each<[string, Partial<EndPicture>, string | null, string, object]>([
  ['a whole answer', {}, null, 'gateway', { status: 200, source: 'model', aborted: false }],
  [
    'an error that the location answered with',
    { locationError: 'QUEUE_FULL', outcome: { ...outcome, status: 429 } },
    null,
    'gateway',
    { status: 429, source: 'location', errorCode: 'QUEUE_FULL', aborted: false },
  ],
  [
    'a caller that left',
    { outcome: { ...outcome, ended: 'client-aborted', headSent: false } },
    null,
    'gateway',
    { status: 0, aborted: true },
  ],
  ['a lost replica', { outcome: unsent }, 'REPLICA_LOST', 'gateway', { status: 503, source: 'gateway' }],
  [
    'one that was lost in its answer',
    { outcome: broken },
    'REPLICA_LOST',
    'gateway',
    { status: 200, source: 'model', aborted: true },
  ],
  [
    'a slot that the location took back',
    { outcome: unsent, cutError: drained },
    'DRAIN_TIMEOUT',
    'location',
    { status: 504, source: 'location' },
  ],
  [
    'a key that was deleted before the answer',
    { outcome: unsent, givenUp: credentialUnknown() },
    'AUTHENTICATION_FAILED',
    'gateway',
    { status: 401, source: 'gateway', aborted: false },
  ],
  [
    'a key that was deleted during the answer',
    { outcome: broken, givenUp: credentialUnknown() },
    'AUTHENTICATION_FAILED',
    'gateway',
    { status: 200, source: 'model', errorCode: 'AUTHENTICATION_FAILED', aborted: true },
  ],
  [
    'a gateway that stops, whatever the location did',
    { outcome: unsent, cutError: drained, givenUp: gatewayStopping() },
    'SHUTTING_DOWN',
    'gateway',
    { status: 503, source: 'gateway' },
  ],
])('%s is judged as what it is', (_what, change, code, component, ending) => {
  const verdict = judgeEnd({ ...picture, ...change });
  expect(verdict.error?.code ?? null).toBe(code);
  expect(verdict.component).toBe(component);
  expect(verdict.ending).toMatchObject(ending);
});

it.each<[RelayOutcome['ended'], string | null, boolean, string]>([
  ['complete', null, false, 'served'],
  ['upstream-unreachable', null, false, 'unreachable'],
  ['upstream-unreachable', 'SHUTTING_DOWN', false, 'unreachable'],
  ['upstream-unreachable', 'yes', false, 'unreachable'],
  ['upstream-unreachable', 'REVISION_NOT_HERE', false, 'aborted'],
  ['upstream-unreachable', 'QUEUE_FULL', false, 'aborted'],
  ['upstream-broken', null, false, 'broken'],
  ['upstream-broken', null, true, 'aborted'],
])(
  'an exchange that ended as %s, given back with %s, given up %s, counts as %s',
  (ended, declinedAs, givenUp, counts) => {
    expect(judgeLease({ ended }, declinedAs, givenUp)).toBe(counts);
  },
);
