import { describe, expect, it } from 'vitest';
import { listApiKeys } from '../../store/api-keys.ts';
import type { ApiKeyRow } from '../../store/database/tables.ts';
import { expectError } from '../../testing/expect-answer.ts';
import { useTestApi } from '../../testing/use-test-api.ts';
import { readApiKeyId } from './api-key-token.ts';
import { isLastAdmin, revokeApiKey } from './revoke-api-key.ts';

const path = '/v0/workspaces/default/api_keys';
const test = useTestApi();

const key = (id: string, changes: Partial<ApiKeyRow> = {}): ApiKeyRow => ({
  ...{ id, hash: '', name: id, workspaces: ['default'], role: 'admin', expiresAt: null },
  ...{ createdAt: 0, createdBy: 'test' },
  ...changes,
});

it.each<[string, ApiKeyRow, readonly ApiKeyRow[], boolean]>([
  ['alone', key('a'), [], true],
  ['beside another admin', key('a'), [key('b')], false],
  ['beside a member', key('a'), [key('b', { role: 'member' })], true],
  ['beside an admin whose key has expired', key('a'), [key('b', { expiresAt: 10 })], true],
  ['beside an admin whose key expires later', key('a'), [key('b', { expiresAt: 11 })], false],
  ['that is a member', key('a', { role: 'member' }), [], false],
  ['that has expired itself', key('a', { expiresAt: 10 }), [], false],
])('a key %s is the last admin: %#', (_what, row, others, expected) => {
  expect(isLastAdmin(row, [row, ...others], 10)).toBe(expected);
});

describe('deleting API keys', () => {
  const admins = async () =>
    (await listApiKeys(test.store.queries, 'default')).filter(({ role }) => role === 'admin');

  it('stops at the last admin key, also when all of them are deleted at once', async () => {
    const ids = (await admins()).map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(1);
    const workspace = 'default';
    const ended = await Promise.allSettled(ids.map((id) => revokeApiKey(test.store, { workspace, id }, 0)));
    const refused = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(refused).toMatchObject([{ code: 'RESOURCE_PROTECTED' }]);
    expect(await admins()).toHaveLength(1);
  });

  it('says what to do instead', async () => {
    const own = readApiKeyId(test.api.admin.reveal());
    for (const { id } of await admins()) if (id !== own) await test.remove(`${path}/${id}`);
    const answer = await test.remove(`${path}/${own}`);
    expectError(answer, 409, 'RESOURCE_PROTECTED', /last admin key .* create another one before/);
    expect((await test.get('/v0/models')).status).toBe(200);
  });
});
