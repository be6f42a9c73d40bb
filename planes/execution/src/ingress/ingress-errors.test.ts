import type { RelayOutcome } from '@beeline/core/relay';
import { expect, test } from 'vitest';
import { errorOfIngressOutcome, ingressStopping, revisionNotHere } from './ingress-errors.ts';

const errorOf = (ended: RelayOutcome['ended'], detail: string | null = null) =>
  errorOfIngressOutcome({ ended, detail } as RelayOutcome);

test.each(['complete', 'client-aborted'] as const)('an exchange that is %s is no error', (ended) => {
  expect(errorOf(ended)).toBeNull();
});

test.each(['request-refused', 'request-too-large'] as const)(
  'a request that ends %s says what is wrong with it',
  (ended) => {
    expect(errorOf(ended, 'its length is wrong')).toMatchObject({
      code: 'REQUEST_INVALID',
      message: 'the request cannot be sent on: its length is wrong',
    });
    expect(errorOf(ended)?.message).toContain('it is not well-formed');
  },
);

test('a request that no replica had is safe to send again, soon', () => {
  expect(errorOf('upstream-unreachable', 'ECONNREFUSED')).toMatchObject({
    ...{ code: 'REPLICA_LOST', retryAfterMs: 1_000, detail: 'ECONNREFUSED' },
    message: expect.stringContaining('safe to send again'),
  });
});

test('a request that a replica may have worked on is not said to be safe', () => {
  const error = errorOf('upstream-broken', 'it said nothing');
  expect(error).toMatchObject({ code: 'REPLICA_LOST', detail: 'it said nothing', retryAfterMs: undefined });
  expect(error?.message).toContain('if it may run twice');
});

test.each(['first-byte-timeout', 'idle-timeout'] as const)(
  'a %s is an error of ours: the gateway sets limits',
  (ended) => {
    expect(errorOf(ended)?.code).toBe('INTERNAL_ERROR');
  },
);

test('what a gateway does elsewhere, or soon, says where it was and when', () => {
  expect(revisionNotHere('here', 'rev1')).toMatchObject({ code: 'REVISION_NOT_HERE', retryAfterMs: 1_000 });
  expect(ingressStopping('here')).toMatchObject({ code: 'SHUTTING_DOWN', retryAfterMs: 1_000 });
});
