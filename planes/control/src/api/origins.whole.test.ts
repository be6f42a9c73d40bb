import type { Secret } from '@beeline/core/base';
import { describe, expect, it } from 'vitest';
import { loadDeployment } from '../store/models.ts';
import { modelDocument } from '../testing/documents.ts';
import { expectError } from '../testing/expect-answer.ts';
import { useTestApi } from '../testing/use-test-api.ts';

const test = useTestApi();

const document = (path: string, spec: object = {}) =>
  modelDocument('a', { runtime: { model: `file:${path}` }, ...spec });
const create = (path: string, key: Secret) =>
  test.api.send({ method: 'POST', path: '/v0/models', body: document(path), key });
const update = (path: string, key: Secret, spec: object = {}) =>
  test.api.send({ method: 'PUT', path: '/v0/models/a', body: document(path, spec), key });
const byOwner = async () => {
  const key = { workspace: 'default', model: 'a', environment: 'production' };
  return (await loadDeployment(test.store.queries, key))?.originByOwner;
};

describe('the directory of a model', () => {
  it('lies in a root, whoever names it', async () => {
    expect((await create('/models/a', test.api.member)).status).toBe(200);
    expect(await byOwner()).toBe(false);
  });

  it('lies elsewhere only when the owner of the platform names it: no other admin may', async () => {
    for (const key of [test.api.member, test.api.admin]) {
      const answer = await create('/elsewhere/a', key);
      expectError(
        answer,
        400,
        'INVALID_INPUT',
        /spec\.runtime\.model must lie in one of originRoots \(\/models\)/,
      );
      expect(JSON.stringify(answer.body)).toContain('file:/elsewhere/a');
    }
    expect((await create('/elsewhere/a', test.api.owner)).status).toBe(200);
    expect(await byOwner()).toBe(true);
  });

  it('is never one of the system', async () => {
    expectError(await create('/etc/ssl', test.api.owner), 400, 'INVALID_INPUT', /must not lie in \/etc/);
  });

  it('keeps the right that the owner gave it, when somebody else changes the rest', async () => {
    await create('/elsewhere/a', test.api.owner);
    expect((await update('/elsewhere/a', test.api.member, { enabled: false })).status).toBe(200);
    expect(await byOwner()).toBe(true);
    expectError(await update('/elsewhere/b', test.api.member), 400, 'INVALID_INPUT', /originRoots/);
    expect((await update('/models/b', test.api.member)).status).toBe(200);
    expect(await byOwner()).toBe(false);
    expectError(await update('/elsewhere/a', test.api.member), 400, 'INVALID_INPUT', /originRoots/);
    expect((await update('/models/b', test.api.owner)).status).toBe(200);
    expect(await byOwner()).toBe(true);
  });
});
