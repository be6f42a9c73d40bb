import { BeelineError } from '@beeline/core/base';
import { expect, it } from 'vitest';
import { describeStoreFailure } from './describe-store-failure.ts';

const failure = (code: string | undefined, message = 'no') => Object.assign(new Error(message), { code });

it.each([
  ['a full disk', failure('53100'), 'the disk of the database is full: free some space'],
  ['too many connections', failure('53300'), 'raise its max_connections'],
  ['a server that stops', failure('57P01'), 'PostgreSQL is stopping or starting'],
  ['a damaged page', failure('XX001'), 'restore it from a backup'],
  ['a code that is not known', failure('XX000', 'odd'), 'it says odd (XX000)'],
  ['a server that is gone', failure('ECONNREFUSED'), 'it does not answer (ECONNREFUSED)'],
  ['a broken pipe', failure('EPIPE'), 'it does not answer (EPIPE)'],
  ['a connection that ended', failure(undefined, 'Connection terminated'), '(Connection terminated)'],
])('tells callers of %s that the store is unavailable, and why', (_what, thrown, reason) => {
  expect(describeStoreFailure(thrown)).toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringContaining(reason),
    retryAfterMs: 1_000,
  });
});

it.each(['22P05', '23505', '40P01', '42601'])(
  'leaves %s, which the statement is the reason of, as it is',
  (code) => {
    const thrown = failure(code);
    expect(describeStoreFailure(thrown)).toBe(thrown);
  },
);

it('leaves a refusal of ours as it is', () => {
  const thrown = new BeelineError('RESOURCE_NOT_FOUND', { message: 'none' });
  expect(describeStoreFailure(thrown)).toBe(thrown);
});
