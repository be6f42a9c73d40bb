import { Secret } from '@beeline/core/base';
import { describe, expect, it } from 'vitest';
import { environmentDocument, modelDocument, policyDocument } from '../testing/documents.ts';
import { expectError } from '../testing/expect-answer.ts';
import type { TestRequest } from '../testing/open-test-api.ts';
import { useTestApi } from '../testing/use-test-api.ts';
import { createApiKey } from './access/create-api-key.ts';

const test = useTestApi();
const { get, post, put, remove } = test;

describe('400', () => {
  const refused: readonly (readonly [string, TestRequest, RegExp])[] = [
    [
      'an unknown field',
      { path: '/v0/models', body: modelDocument('a', { enable: true }) },
      /spec\.enable .*did you mean "enabled"/,
    ],
    [
      'a missing field',
      { path: '/v0/models', body: modelDocument('a', { runtime: {} }) },
      /spec\.runtime\.model is required/,
    ],
    ['a name with capitals', { path: '/v0/models', body: modelDocument('Big') }, /metadata\.name/],
    [
      'an environment that does not exist',
      { path: '/v0/models', body: modelDocument('a', {}, 'prodution') },
      /metadata\.environment must name an environment that exists .*did you mean "production"/,
    ],
    [
      'a policy that does not exist',
      { path: '/v0/models', body: modelDocument('a', { policies: ['eu'] }) },
      /spec\.policies\[0\] must name a policy that exists/,
    ],
    [
      'JSON that breaks off',
      { path: '/v0/models', body: '{"metadata": ' },
      /not valid JSON: .*position|end of JSON/,
    ],
    ['no body', { path: '/v0/models', body: ' ' }, /the body is empty/],
    [
      'a zero character',
      { path: '/v0/models', body: '{"metadata":{"name":"a","displayName":"\\u0000"}}' },
      /zero character/,
    ],
    ['__proto__', { path: '/v0/models', body: '{"__proto__":{}}' }, /__proto__/],
    [
      'a policy without its list',
      { path: '/v0/policies', body: { metadata: { name: 'p' }, spec: { type: 'flavor' } } },
      /spec\.flavors is required/,
    ],
    [
      'a key that lives too long',
      { path: '/v0/workspaces/default/api_keys', body: { name: 'k', expires_in: '900w' } },
      /at most 10 years/,
    ],
  ];
  it.each([
    ['/v0/models/%00', /zero character/],
    ['/v0/models?environment=%00', /zero character/],
    ['/v0/models/%zz', /%zz/],
  ])('GET refuses the address %s', async (path, message) => {
    expectError(await get(path), 400, 'REQUEST_INVALID', message);
  });

  it.each(refused)('POST refuses %s', async (_what, request, message) => {
    expectError(await test.api.send({ method: 'POST', ...request }), 400, 'INVALID_INPUT', message);
  });

  it.each([
    ['limit', '?limit=none'],
    ['sort', '?sort=size'],
    ['status', '?status=HAPPY'],
    ['cursor', '?cursor=abc'],
  ])('GET refuses a bad %s', async (name, query) => {
    expectError(await get(`/v0/models${query}`), 400, 'INVALID_INPUT', new RegExp(`^\\?${name} `));
  });

  it('GET refuses a version that does not exist', async () => {
    const answer = await get('/v0/models', { 'blaxel-version': '2030-01-01' });
    expectError(answer, 400, 'invalid_api_version');
  });

  it('PUT refuses a name that is not the one of the address', async () => {
    expectError(await put('/v0/models/a', modelDocument('b')), 400, 'INVALID_INPUT', /must be "a"/);
  });

  it('DELETE asks for the environment when there are several', async () => {
    await post('/v0/models', modelDocument('a'));
    await post('/v0/models', modelDocument('a', {}, 'development'));
    expectError(await remove('/v0/models/a'), 400, 'INVALID_INPUT', /development, production/);
    expect((await remove('/v0/models/a?environment=development')).status).toBe(200);
  });
});

describe('401', () => {
  it('is the answer to a request without a key', async () => {
    const answer = await test.api.send({ path: '/v0/models', key: null });
    expectError(answer, 401, 'AUTHENTICATION_REQUIRED');
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it.each(['nonsense', `bl_${'a'.repeat(16)}_${'b'.repeat(40)}`])(
    'is the answer to the key %s',
    async (key) => {
      expectError(
        await test.api.send({ path: '/v0/models', key: new Secret(key) }),
        401,
        'AUTHENTICATION_FAILED',
      );
    },
  );

  it('is the answer to the id of a key with another secret', async () => {
    const stolen = new Secret(`${test.api.admin.reveal().slice(0, -40)}${'0'.repeat(40)}`);
    expectError(await test.api.send({ path: '/v0/models', key: stolen }), 401, 'AUTHENTICATION_FAILED');
  });

  it('is the answer to a key that has expired', async () => {
    const key = { name: 'short', workspaces: ['default'], role: 'member', createdBy: 'test' } as const;
    const { token } = await createApiKey(
      test.store,
      { ...key, expiresAt: test.clock.now() + 1_000 },
      test.clock.now(),
    );
    expect((await test.api.send({ path: '/v0/models', key: token })).status).toBe(200);
    await test.clock.advance(1_000);
    expectError(
      await test.api.send({ path: '/v0/models', key: token }),
      401,
      'AUTHENTICATION_FAILED',
      /expired/,
    );
  });

  it('comes before the body is looked at', async () => {
    const answer = await test.api.send({ method: 'POST', path: '/v0/models', key: null, body: '{' });
    expectError(answer, 401, 'AUTHENTICATION_REQUIRED');
  });
});

describe('403', () => {
  it('is the answer to a key of another workspace', async () => {
    expectError(await get('/v0/models', { 'x-blaxel-workspace': 'other' }), 403, 'FORBIDDEN');
    expectError(await get('/v0/models?workspace=other'), 403, 'FORBIDDEN');
    expectError(await get('/v0/workspaces/other'), 403, 'FORBIDDEN');
    expectError(await get('/v0/workspaces/other/api_keys'), 403, 'FORBIDDEN');
  });

  it.each([
    ['POST', '/v0/policies'],
    ['DELETE', '/v0/environments/production'],
    ['GET', '/v0/workspaces/default/api_keys'],
  ] as const)('is the answer to a member that sends %s %s', async (method, path) => {
    expectError(await test.api.send({ method, path, key: test.api.member }), 403, 'FORBIDDEN', /role admin/);
  });

  it('does not keep a member from deploying', async () => {
    const body = modelDocument('a');
    expect(
      (await test.api.send({ method: 'POST', path: '/v0/models', key: test.api.member, body })).status,
    ).toBe(200);
  });
});

describe('404', () => {
  it.each([
    '/v0/models/none',
    '/v0/models/none/revisions',
    '/v0/models/none/logs',
    '/v0/executions/none',
    '/v0/environments/none',
    '/v0/policies/none',
    '/v0/policies/none/usages',
    '/v0/integrations/directory',
  ])('GET %s', async (path) => {
    expectError(await get(path), 404, 'RESOURCE_NOT_FOUND');
  });

  it('PUT of a model that is deployed only in another environment', async () => {
    await post('/v0/models', modelDocument('a'));
    const answer = await put('/v0/models/a', modelDocument('a', {}, 'development'));
    expectError(answer, 404, 'RESOURCE_NOT_FOUND');
    expectError(
      await get('/v0/models/a?environment=development'),
      404,
      'RESOURCE_NOT_FOUND',
      /in production/,
    );
  });

  it('PUT and DELETE of what does not exist', async () => {
    expectError(await put('/v0/environments/a', environmentDocument('a')), 404, 'RESOURCE_NOT_FOUND');
    expectError(await put('/v0/policies/a', policyDocument('a')), 404, 'RESOURCE_NOT_FOUND');
    expectError(await remove('/v0/models/a'), 404, 'RESOURCE_NOT_FOUND');
    expectError(await remove('/v0/workspaces/default/api_keys/key_a'), 404, 'RESOURCE_NOT_FOUND');
  });

  it('a path that leads nowhere', async () => {
    expectError(await get('/v0/modles'), 404, 'ROUTE_NOT_FOUND');
  });
});

describe('405', () => {
  it('names the methods that the path takes', async () => {
    const answer = await test.api.send({ method: 'PATCH', path: '/v0/models/a' });
    expect(answer).toMatchObject({ status: 405, body: { code: 405 } });
    expect(answer.headers.allow).toBe('GET, PUT, DELETE');
  });
});

describe('409', () => {
  it('POST of a name that is taken', async () => {
    await post('/v0/models', modelDocument('a'));
    expectError(await post('/v0/models', modelDocument('a')), 409, 'RESOURCE_CONFLICT');
    expectError(await post('/v0/environments', environmentDocument('production')), 409, 'RESOURCE_CONFLICT');
    await post('/v0/policies', policyDocument('p'));
    expectError(await post('/v0/policies', policyDocument('p')), 409, 'RESOURCE_CONFLICT');
  });

  it('PUT from a generation that is not the current one', async () => {
    await post('/v0/models', modelDocument('a'));
    const stale = modelDocument('a', { enabled: false });
    const body = { ...stale, metadata: { ...stale.metadata, generation: 7 } };
    expectError(await put('/v0/models/a', body), 409, 'RESOURCE_CONFLICT', /generation 1 .* generation 7/);
  });

  it('DELETE of what is in use lists the users', async () => {
    await post('/v0/policies', policyDocument('p'));
    await post('/v0/environments', environmentDocument('staging', ['p']));
    await post('/v0/models', modelDocument('a', { policies: ['p'] }, 'staging'));
    expectError(
      await remove('/v0/policies/p'),
      409,
      'RESOURCE_IN_USE',
      /environment staging, model a@staging/,
    );
    expectError(await remove('/v0/environments/staging'), 409, 'RESOURCE_IN_USE', /models a/);
  });

  it('DELETE of what belongs to the platform', async () => {
    expectError(await remove('/v0/environments/production'), 409, 'RESOURCE_PROTECTED');
  });
});

describe('413 and 415', () => {
  it('a document of more than 256 KiB, told before anything else of it', async () => {
    const labels = { a: 'x'.repeat(270_000) };
    const body = { metadata: { name: 'NONE', labels }, spec: {} };
    const message = /metadata and spec must have at most 262144 bytes as JSON \(received 2700\d\d\)/;
    for (const plural of ['models', 'environments', 'policies']) {
      expectError(await post(`/v0/${plural}`, body), 413, 'REQUEST_ENTITY_TOO_LARGE', message);
    }
  });

  it('a body of more than twice that', async () => {
    const body = modelDocument('a', { padding: 'x'.repeat(600_000) });
    const message = /at most 524288 bytes \(received 6001\d\d bytes\)/;
    expectError(await post('/v0/models', body), 413, 'REQUEST_ENTITY_TOO_LARGE', message);
  });

  it('a body in a coding', async () => {
    const headers = { 'content-encoding': 'gzip' };
    const answer = await test.api.send({ method: 'POST', path: '/v0/models', body: 'abc', headers });
    expectError(answer, 415, 'CODING_UNSUPPORTED', /content coding "gzip"/);
  });

  it('a body that is not JSON', async () => {
    const answer = await test.api.send({
      method: 'POST',
      path: '/v0/models',
      body: 'a: b',
      headers: { 'content-type': 'application/yaml' },
    });
    expectError(answer, 415, 'REQUEST_INVALID', /application\/json/);
  });
});
