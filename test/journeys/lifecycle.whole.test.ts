import { waitFor } from '@beeline/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ask,
  sentimentModel,
  startTestPlatform,
  type TestPlatform,
  waitForStatus,
  waitForZero,
} from './start-test-platform.ts';

describe('a deployment over its life', () => {
  let test: TestPlatform;
  const refusedAs = (name: string, code: string, environment?: string) =>
    waitFor(`${name} to be refused as ${code}`, async () => {
      const answer = await ask(test.client, name, 'hello', environment);
      return answer.headers.get('x-beeline-error-code') === code ? answer : null;
    });
  beforeAll(async () => {
    test = await startTestPlatform();
  });
  afterAll(() => test.close());

  it('is not reachable and holds nothing while deactivated, and comes back', async () => {
    const name = 'pause';
    await test.client.models.apply(sentimentModel({ name }));
    expect((await ask(test.client, name, 'I love this')).status).toBe(200);
    await test.client.models.apply(sentimentModel({ name, enabled: false }));
    const refused = await refusedAs(name, 'WORKLOAD_UNAVAILABLE');
    expect(refused.status).toBe(404);
    expect(refused.body).toMatchObject({
      error: { retryable: false, message: expect.stringContaining('deactivated') },
    });
    await waitForStatus(test.client, name, 'DEACTIVATED');
    await waitForZero(test.client, name);
    await test.client.models.apply(sentimentModel({ name }));
    await waitFor('an answer', async () => (await ask(test.client, name, 'I love this')).status === 200);
    await waitForStatus(test.client, name, 'DEPLOYED');
    expect(await test.client.models.revisions(name)).toHaveLength(1);
  });

  it('may begin deactivated', async () => {
    await test.client.models.apply(sentimentModel({ name: 'later', enabled: false }));
    await waitForStatus(test.client, 'later', 'DEACTIVATED');
    await refusedAs('later', 'WORKLOAD_UNAVAILABLE');
    await test.client.models.apply(sentimentModel({ name: 'later' }));
    await waitForStatus(test.client, 'later', 'DEPLOYED');
    expect((await ask(test.client, 'later', 'Best day ever')).body).toMatchObject([{ label: 'POSITIVE' }]);
  });

  it('serves two versions on two environments', async () => {
    const name = 'both';
    await test.client.models.apply(sentimentModel({ name }));
    await test.client.models.apply(
      sentimentModel({ name, environment: 'development', fixture: 'sentence-embedding' }),
    );
    await waitFor('both to answer', async () => {
      const [production, development] = await Promise.all([
        ask(test.client, name, 'I love this'),
        ask(test.client, name, 'I love this', 'development'),
      ]);
      expect(production.body).toMatchObject([{ label: 'POSITIVE' }]);
      return Array.isArray(development.body) && typeof development.body.flat()[0] === 'number';
    });
  });

  it('is unknown on an environment where it is not deployed', async () => {
    await test.client.models.apply(sentimentModel({ name: 'single' }));
    await waitFor('the route', async () => (await ask(test.client, 'single', 'I love this')).status === 200);
    const refused = await refusedAs('single', 'WORKLOAD_NOT_FOUND', 'development');
    expect(refused.status).toBe(404);
  });

  it('is gone once deleted, and its compute with it', async () => {
    await test.client.models.delete('single');
    await refusedAs('single', 'WORKLOAD_NOT_FOUND');
    await waitFor(
      'the object to be gone',
      async () => {
        const names = (await test.client.models.list()).map((model) => model.metadata.name);
        return !names.includes('single');
      },
      20_000,
    );
  });

  it('survives a restart of everything', async () => {
    const before = await test.client.models.get('both');
    await test.restart();
    expect(test.platform.newApiKey).toBeNull();
    expect((await ask(test.client, 'both', 'Best day ever')).body).toMatchObject([{ label: 'POSITIVE' }]);
    const after = await test.client.models.get('both');
    expect(after.metadata).toEqual(before.metadata);
    expect(after.observed.activeRevision).toBe(before.observed.activeRevision);
    await waitFor('executions from before and after', async () => {
      return (await test.client.models.executions('both')).length > 1;
    });
  });

  it('refuses callers without a key, with a wrong one and to other workspaces', async () => {
    const url = `${test.platform.runUrl}/default/models/both`;
    const withKey = (key: string, target = url) =>
      fetch(target, { method: 'POST', headers: { authorization: `Bearer ${key}` }, body: '{}' });
    const without = await fetch(url, { method: 'POST', body: '{}' });
    expect([without.status, without.headers.get('x-beeline-error-code')]).toEqual([
      401,
      'AUTHENTICATION_REQUIRED',
    ]);
    const wrong = await withKey('bl_wrong');
    expect([wrong.status, wrong.headers.get('x-beeline-error-code')]).toEqual([401, 'AUTHENTICATION_FAILED']);
    const elsewhere = await withKey(
      test.platform.apiKey.reveal(),
      `${test.platform.runUrl}/elsewhere/models/both`,
    );
    expect([403, 404]).toContain(elsewhere.status);
    expect(elsewhere.headers.get('x-beeline-source')).toBe('gateway');
  });
});
