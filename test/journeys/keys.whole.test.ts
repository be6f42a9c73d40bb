import type { ApiKeyBody } from '@beeline/core/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sentimentModel, startTestPlatform, type TestPlatform } from './start-test-platform.ts';

describe('API keys', () => {
  let test: TestPlatform;
  beforeAll(async () => {
    test = await startTestPlatform();
    await test.client.models.apply(sentimentModel({ name: 'guarded' }));
  });
  afterAll(() => test.close());

  const keys = async (method: string, id = '', body?: object) => {
    const response = await fetch(`${test.platform.apiUrl}/workspaces/default/api_keys${id}`, {
      method,
      headers: {
        authorization: `Bearer ${test.platform.apiKey.reveal()}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(response.status).toBe(200);
    return (await response.json()) as ApiKeyBody;
  };
  const call = async (key: string) => {
    const response = await fetch(`${test.platform.runUrl}/default/models/guarded`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({ inputs: 'good' }),
    });
    await response.arrayBuffer();
    return response.status;
  };

  it('are good at the gateway when they are given out, and refused when they are deleted', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id, apiKey = '' } = await keys('POST', '', { name: `round ${round}` });
      expect(await call(apiKey)).toBe(200);
      await keys('DELETE', `/${id}`);
      expect(await call(apiKey)).toBe(401);
    }
  });
});
