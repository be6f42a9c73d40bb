import { Secret, silentLogger } from '@beeline/core/base';
import {
  apiKeyBody,
  configurationBody,
  environmentBody,
  errorBody,
  executionBody,
  locationBody,
  logLineBody,
  modelBody,
  policyBody,
  policyUsagesBody,
  revisionBody,
  workspaceBody,
} from '@beeline/core/contract';
import { createParser, type Model } from '@beeline/core/resources';
import { createFakeClock, type FakeClock } from '@beeline/core/testing';
import type { TSchema } from 'typebox';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reconcileDeployment } from '../reconcile/reconcile-deployment.ts';
import { describeLocation } from '../store/locations.ts';
import { listUnsettledDeployments } from '../store/models.ts';
import type { Store } from '../store/open-store.ts';
import { insertExecutions } from '../store/records/executions.ts';
import { insertLogLines } from '../store/records/logs.ts';
import { executionRecord, modelDocument } from '../testing/documents.ts';
import { emptyStore } from '../testing/empty-store.ts';
import { openTestApi, type TestAnswer, type TestApi, type TestRequest } from '../testing/open-test-api.ts';
import { openTestStore } from '../testing/open-test-store.ts';
import { createApiKey } from './access/create-api-key.ts';

let store: Store;
let api: TestApi;
let clock: FakeClock;

beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  await emptyStore(store);
  clock = createFakeClock();
  api = await openTestApi(store, clock);
});
afterEach(() => api.close());

const get = (path: string, headers: Record<string, string> = {}) => api.send({ path, headers });
const post = (path: string, body: unknown) => api.send({ method: 'POST', path, body });
const put = (path: string, body: unknown) => api.send({ method: 'PUT', path, body });
const remove = (path: string) => api.send({ method: 'DELETE', path });

const environment = (name: string, policies: readonly string[] = []) => ({
  metadata: { name },
  spec: { policies },
});
const policy = (name: string) => ({
  metadata: { name },
  spec: { type: 'location', locations: [{ type: 'continent', name: 'eu' }] },
});

function expectBody(schema: TSchema, body: unknown): void {
  expect(createParser(schema)(body)).toEqual({ ok: true, value: body });
}

function expectError(answer: TestAnswer, status: number, code: string, message?: string | RegExp): void {
  expect(answer).toMatchObject({ status, body: { error: code, code: status } });
  expectBody(errorBody, answer.body);
  if (message !== undefined) expect((answer.body as { message: string }).message).toMatch(message);
}

async function reconcile(): Promise<void> {
  const context = { store, clock, logger: silentLogger, listeningSinceMs: clock.now() };
  for (const id of await listUnsettledDeployments(store.queries)) await reconcileDeployment(id, context);
}

describe('200', () => {
  it('POST /models creates a deployment with every default filled in', async () => {
    const answer = await post('/v0/models', modelDocument('sentiment'));
    expect(answer.status).toBe(200);
    expectBody(modelBody, answer.body);
    expect(answer.body).toMatchObject({
      metadata: {
        name: 'sentiment',
        environment: 'production',
        workspace: 'default',
        generation: 1,
        url: 'http://run.test/default/models/sentiment',
      },
      spec: { enabled: true, policies: [], serverlessConfig: { minNumReplicas: 0 } },
      status: 'DEPLOYING',
    });
  });

  it('a model exists once per environment, each with its own endpoint', async () => {
    await post('/v0/models', modelDocument('sentiment'));
    const other = await post('/v0/models', modelDocument('sentiment', {}, 'development'));
    expect((other.body as Model).metadata.url).toBe(
      'http://run.test/default/models/sentiment?environment=development',
    );
    const environments = async (query: string) =>
      ((await get(`/v0/models${query}`)).body as Model[]).map((each) => each.metadata.environment).sort();
    expect(await environments('')).toEqual(['development', 'production']);
    expect(await environments('?environment=development')).toEqual(['development']);
    const one = await get('/v0/models/sentiment?environment=development');
    expect((one.body as Model).metadata.environment).toBe('development');
  });

  it('PUT counts the generation up only when the spec changes', async () => {
    await post('/v0/models', modelDocument('sentiment'));
    const same = await put('/v0/models/sentiment', modelDocument('sentiment'));
    expect((same.body as Model).metadata.generation).toBe(1);
    const changed = await put('/v0/models/sentiment', modelDocument('sentiment', { enabled: false }));
    expect((changed.body as Model).metadata.generation).toBe(2);
  });

  it('PUT takes back what GET gave', async () => {
    const { body } = await post('/v0/models', modelDocument('sentiment'));
    expect((await put('/v0/models/sentiment', body)).status).toBe(200);
  });

  it('GET /models/{m}/revisions tells which one is active and why one failed', async () => {
    await describeLocation(store.queries, {
      name: 'here',
      displayName: 'Here',
      country: null,
      continent: null,
    });
    await post('/v0/models', modelDocument('sentiment'));
    await reconcile();
    const { body } = await get('/v0/models/sentiment/revisions');
    expect(body).toHaveLength(1);
    for (const revision of body as unknown[]) expectBody(revisionBody, revision);
    expect(body).toMatchObject([{ number: 1, active: true, status: 'DEPLOYING', trafficPercent: 100 }]);
  });

  it('GET /models/{m}/logs gives the last lines, a window, and what came after a line', async () => {
    await post('/v0/models', modelDocument('sentiment'));
    const start = Date.parse('2026-01-01T00:00:00Z');
    const lines = [0, 1, 2].map((index) => ({
      at: start + index * 60_000,
      workspace: 'default',
      model: 'sentiment',
      environment: 'production',
      revision: 'rev_1',
      replica: 'rep_1',
      source: index === 2 ? ('stderr' as const) : ('stdout' as const),
      message: `line ${index}`,
    }));
    await insertLogLines(store.queries, { location: 'here', lines });
    const read = async (query: string) => (await get(`/v0/models/sentiment/logs${query}`)).body as LogLine[];
    type LogLine = { id: string; message: string; severity: number };
    const all = await read('');
    for (const line of all) expectBody(logLineBody, line);
    expect(all.map((line) => [line.message, line.severity])).toEqual([
      ['line 0', 9],
      ['line 1', 9],
      ['line 2', 17],
    ]);
    expect((await read('?limit=1')).map((line) => line.message)).toEqual(['line 2']);
    expect((await read(`?after=${all[0]?.id}&limit=1`)).map((line) => line.message)).toEqual(['line 1']);
    const window = await read('?start=2026-01-01T00:01:00Z&end=2026-01-01T00:02:00Z');
    expect(window.map((line) => line.message)).toEqual(['line 1']);
  });

  it('executions are listed and looked up as the gateway recorded them', async () => {
    await post('/v0/models', modelDocument('sentiment'));
    const record = executionRecord('exe_1', { model: 'sentiment' });
    await insertExecutions(store.queries, [record]);
    expect((await get('/v0/models/sentiment/executions')).body).toEqual([record]);
    const one = await get('/v0/executions/exe_1');
    expectBody(executionBody, one.body);
    expect(one.body).toEqual(record);
  });

  it('environments and policies are created, updated, listed and deleted', async () => {
    const created = await post('/v0/policies', policy('eu-only'));
    expect(created.status).toBe(200);
    expectBody(policyBody, created.body);
    const stage = await post('/v0/environments', environment('staging', ['eu-only']));
    expect(stage.status).toBe(200);
    expectBody(environmentBody, stage.body);
    const usages = await get('/v0/policies/eu-only/usages');
    expectBody(policyUsagesBody, usages.body);
    expect(usages.body).toMatchObject({ environments: ['staging'], models: [] });
    expect((await put('/v0/environments/staging', environment('staging'))).body).toMatchObject({
      metadata: { generation: 2 },
      spec: { policies: [] },
    });
    expect((await get('/v0/environments')).body).toHaveLength(3);
    expect((await get('/v0/policies/eu-only')).status).toBe(200);
    expect((await remove('/v0/policies/eu-only')).status).toBe(200);
    expect((await remove('/v0/environments/staging')).status).toBe(200);
  });

  it('locations and the configuration tell where models can run', async () => {
    await describeLocation(store.queries, {
      name: 'par-1',
      displayName: 'Paris',
      country: 'fr',
      continent: 'eu',
    });
    const locations = await get('/v0/locations');
    expectBody(locationBody, (locations.body as unknown[])[0]);
    expect(locations.body).toMatchObject([{ location: 'par-1', status: 'unreachable', country: 'fr' }]);
    const configuration = await get('/v0/configuration');
    expectBody(configurationBody, configuration.body);
    expect(configuration.body).toEqual({
      continents: [{ name: 'eu', displayName: 'Europe' }],
      countries: [{ name: 'fr', displayName: 'France' }],
      privateLocations: [{ name: 'par-1' }],
    });
  });

  it('a new API key works at once, in every header form, until it is revoked', async () => {
    const made = await post('/v0/workspaces/default/api_keys', { name: 'ci', expires_in: '30d' });
    expectBody(apiKeyBody, made.body);
    const { apiKey, id } = made.body as { apiKey: string; id: string };
    const forms: Record<string, string>[] = [
      { authorization: `Bearer ${apiKey}` },
      { 'x-blaxel-authorization': `Bearer ${apiKey}` },
      { 'x-beamlit-api-key': apiKey },
      { 'api-key': apiKey },
    ];
    for (const headers of forms) {
      expect((await api.send({ path: '/v0/models', key: null, headers })).status).toBe(200);
    }
    expect(JSON.stringify((await get('/v0/workspaces/default/api_keys')).body)).not.toContain(apiKey);
    expect((await remove(`/v0/workspaces/default/api_keys/${id}`)).status).toBe(200);
    const key = new Secret(apiKey);
    expectError(await api.send({ path: '/v0/models', key }), 401, 'AUTHENTICATION_FAILED');
  });

  it('workspaces are those of the key', async () => {
    expectBody(workspaceBody, (await get('/v0/workspaces/default')).body);
    expect((await get('/v0/workspaces')).body).toMatchObject([{ name: 'default' }]);
  });

  it('a version header of 2026-04-28 gets pages', async () => {
    for (const name of ['one', 'two', 'three']) {
      await post('/v0/models', modelDocument(name));
      await clock.advance(1_000);
    }
    const version = { 'blaxel-version': '2026-04-28' };
    const first = await get('/v0/models?limit=2', version);
    expect(first.body).toMatchObject({
      data: [{ metadata: { name: 'three' } }, { metadata: { name: 'two' } }],
      meta: { hasMore: true, total: 3 },
    });
    const { nextCursor } = (first.body as { meta: { nextCursor: string } }).meta;
    const second = await get(`/v0/models?limit=2&cursor=${nextCursor}`, version);
    expect(second.body).toMatchObject({
      data: [{ metadata: { name: 'one' } }],
      meta: { hasMore: false, nextCursor: null },
    });
  });

  it('the published description has every route, with its errors', async () => {
    const { body } = await api.send({ path: '/v0/openapi.json', key: null });
    const { openapi, paths } = body as { openapi: string; paths: Record<string, object> };
    expect(openapi).toMatch(/^3\.1/);
    expect(Object.keys(paths).sort()).toEqual([
      '/v0/configuration',
      '/v0/environments',
      '/v0/environments/{name}',
      '/v0/executions/{id}',
      '/v0/integrations/{name}',
      '/v0/locations',
      '/v0/models',
      '/v0/models/{model}',
      '/v0/models/{model}/executions',
      '/v0/models/{model}/logs',
      '/v0/models/{model}/revisions',
      '/v0/policies',
      '/v0/policies/{name}',
      '/v0/policies/{name}/usages',
      '/v0/workspaces',
      '/v0/workspaces/{workspace}',
      '/v0/workspaces/{workspace}/api_keys',
      '/v0/workspaces/{workspace}/api_keys/{id}',
    ]);
    expect(paths['/v0/models']).toMatchObject({
      get: {
        parameters: expect.arrayContaining([expect.objectContaining({ name: 'environment', in: 'query' })]),
      },
      post: { requestBody: expect.anything(), responses: { 409: expect.anything() } },
    });
  });

  it('health is told without a key', async () => {
    expect((await api.send({ path: '/healthz', key: null })).body).toEqual({ status: 'ok' });
    expect((await api.send({ path: '/readyz', key: null })).body).toEqual({ status: 'ready' });
  });
});

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
  it.each(refused)('POST refuses %s', async (_what, request, message) => {
    expectError(await api.send({ method: 'POST', ...request }), 400, 'INVALID_INPUT', message);
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
    const answer = await api.send({ path: '/v0/models', key: null });
    expectError(answer, 401, 'AUTHENTICATION_REQUIRED');
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it.each(['nonsense', `bl_${'a'.repeat(16)}_${'b'.repeat(40)}`])(
    'is the answer to the key %s',
    async (key) => {
      expectError(await api.send({ path: '/v0/models', key: new Secret(key) }), 401, 'AUTHENTICATION_FAILED');
    },
  );

  it('is the answer to the id of a key with another secret', async () => {
    const stolen = new Secret(`${api.admin.reveal().slice(0, -40)}${'0'.repeat(40)}`);
    expectError(await api.send({ path: '/v0/models', key: stolen }), 401, 'AUTHENTICATION_FAILED');
  });

  it('is the answer to a key that has expired', async () => {
    const key = { name: 'short', workspaces: ['default'], role: 'member', createdBy: 'test' } as const;
    const { token } = await createApiKey(store, { ...key, expiresAt: clock.now() + 1_000 }, clock.now());
    expect((await api.send({ path: '/v0/models', key: token })).status).toBe(200);
    await clock.advance(1_000);
    expectError(await api.send({ path: '/v0/models', key: token }), 401, 'AUTHENTICATION_FAILED', /expired/);
  });

  it('comes before the body is looked at', async () => {
    const answer = await api.send({ method: 'POST', path: '/v0/models', key: null, body: '{' });
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
    expectError(await api.send({ method, path, key: api.member }), 403, 'FORBIDDEN', /role admin/);
  });

  it('does not keep a member from deploying', async () => {
    const body = modelDocument('a');
    expect((await api.send({ method: 'POST', path: '/v0/models', key: api.member, body })).status).toBe(200);
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
    expectError(await put('/v0/environments/a', environment('a')), 404, 'RESOURCE_NOT_FOUND');
    expectError(await put('/v0/policies/a', policy('a')), 404, 'RESOURCE_NOT_FOUND');
    expectError(await remove('/v0/models/a'), 404, 'RESOURCE_NOT_FOUND');
    expectError(await remove('/v0/workspaces/default/api_keys/key_a'), 404, 'RESOURCE_NOT_FOUND');
  });

  it('a path that leads nowhere', async () => {
    expectError(await get('/v0/modles'), 404, 'ROUTE_NOT_FOUND');
  });
});

describe('405', () => {
  it('names the methods that the path takes', async () => {
    const answer = await api.send({ method: 'PATCH', path: '/v0/models/a' });
    expect(answer).toMatchObject({ status: 405, body: { code: 405 } });
    expect(answer.headers.allow).toBe('GET, PUT, DELETE');
  });
});

describe('409', () => {
  it('POST of a name that is taken', async () => {
    await post('/v0/models', modelDocument('a'));
    expectError(await post('/v0/models', modelDocument('a')), 409, 'RESOURCE_CONFLICT');
    expectError(await post('/v0/environments', environment('production')), 409, 'RESOURCE_CONFLICT');
    await post('/v0/policies', policy('p'));
    expectError(await post('/v0/policies', policy('p')), 409, 'RESOURCE_CONFLICT');
  });

  it('PUT from a generation that is not the current one', async () => {
    await post('/v0/models', modelDocument('a'));
    const stale = modelDocument('a', { enabled: false });
    const body = { ...stale, metadata: { ...stale.metadata, generation: 7 } };
    expectError(await put('/v0/models/a', body), 409, 'RESOURCE_CONFLICT', /generation 1 .* generation 7/);
  });

  it('DELETE of what is in use lists the users', async () => {
    await post('/v0/policies', policy('p'));
    await post('/v0/environments', environment('staging', ['p']));
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
  it('a body of more than a mebibyte', async () => {
    const body = modelDocument('a', { padding: 'x'.repeat(1024 * 1024) });
    expectError(await post('/v0/models', body), 413, 'REQUEST_ENTITY_TOO_LARGE');
  });

  it('a body that is not JSON', async () => {
    const answer = await api.send({
      method: 'POST',
      path: '/v0/models',
      body: 'a: b',
      headers: { 'content-type': 'application/yaml' },
    });
    expectError(answer, 415, 'REQUEST_INVALID', /application\/json/);
  });
});

describe('deletion', () => {
  it('is told by the status, may be asked for twice, and frees the name at once', async () => {
    await describeLocation(store.queries, {
      name: 'here',
      displayName: 'Here',
      country: null,
      continent: null,
    });
    await post('/v0/models', modelDocument('a'));
    await reconcile();
    expect((await remove('/v0/models/a')).body).toMatchObject({ status: 'DELETING' });
    expect((await remove('/v0/models/a')).body).toMatchObject({ status: 'DELETING' });
    expect((await post('/v0/models', modelDocument('a'))).status).toBe(200);
    expect((await get('/v0/models/a')).body).toMatchObject({ status: 'DEPLOYING' });
    for (let lap = 0; lap < 3; lap += 1) await reconcile();
    expect((await get('/v0/models')).body).toHaveLength(1);
  });
});
