import { Secret, silentLogger } from '@beeline/core/base';
import {
  apiKeyBody,
  configurationBody,
  environmentBody,
  executionBody,
  locationBody,
  logLineBody,
  modelBody,
  modelMetricsBody,
  policyBody,
  policyUsagesBody,
  revisionBody,
  workspaceBody,
} from '@beeline/core/contract';
import type { Model } from '@beeline/core/resources';
import { describe, expect, it } from 'vitest';
import { reconcileDeployment } from '../reconcile/reconcile-deployment.ts';
import { describeLocation } from '../store/locations.ts';
import { listDueDeployments } from '../store/models.ts';
import { insertExecutions } from '../store/records/executions.ts';
import { insertLogLines } from '../store/records/logs.ts';
import { environmentDocument, executionRecord, modelDocument, policyDocument } from '../testing/documents.ts';
import { expectBody, expectError } from '../testing/expect-answer.ts';
import { useTestApi } from '../testing/use-test-api.ts';

const test = useTestApi();
const { get, post, put, remove } = test;

async function reconcile(): Promise<void> {
  const context = {
    store: test.store,
    clock: test.clock,
    logger: silentLogger,
    listeningSinceMs: test.clock.now(),
  };
  for (const id of await listDueDeployments(test.store.queries, test.clock.now()))
    await reconcileDeployment(id, context);
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

  it('PUT counts the generation up whenever something changes', async () => {
    await post('/v0/models', modelDocument('sentiment'));
    const same = await put('/v0/models/sentiment', modelDocument('sentiment'));
    expect((same.body as Model).metadata.generation).toBe(1);
    const changed = await put('/v0/models/sentiment', modelDocument('sentiment', { enabled: false }));
    expect((changed.body as Model).metadata.generation).toBe(2);
    const labelled = modelDocument('sentiment', { enabled: false });
    const body = { ...labelled, metadata: { ...labelled.metadata, labels: { team: 'bees' } } };
    expect(((await put('/v0/models/sentiment', body)).body as Model).metadata.generation).toBe(3);
    expect(((await put('/v0/models/sentiment', body)).body as Model).metadata.generation).toBe(3);
  });

  it('DELETE takes a content type without a body, as many clients send it', async () => {
    await post('/v0/models', modelDocument('sentiment'));
    const headers = { 'content-type': 'application/json' };
    const answer = await test.api.send({ method: 'DELETE', path: '/v0/models/sentiment', headers });
    expect(answer.status).toBe(200);
  });

  it('PUT takes back what GET gave', async () => {
    const { body } = await post('/v0/models', modelDocument('sentiment'));
    expect((await put('/v0/models/sentiment', body)).status).toBe(200);
  });

  it('GET /models/{m}/revisions tells which one is active and why one failed', async () => {
    await describeLocation(test.store.queries, {
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
    await insertLogLines(test.store.queries, { location: 'here', lines });
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
    await insertExecutions(test.store.queries, [record]);
    expect((await get('/v0/models/sentiment/executions')).body).toEqual([record]);
    const one = await get('/v0/executions/exe_1');
    expectBody(executionBody, one.body);
    expect(one.body).toEqual(record);
  });

  it('metrics of a deployment are summed up over the last day, or the window asked for', async () => {
    await post('/v0/models', modelDocument('sentiment'));
    const now = test.clock.now();
    await insertExecutions(test.store.queries, [
      executionRecord('exe_1', { startedAt: now - 60_000 }),
      executionRecord('exe_2', { startedAt: now - 3_600_000, status: 503, source: 'gateway' }),
      executionRecord('exe_3', { startedAt: now - 25 * 3_600_000 }),
    ]);
    const day = await get('/v0/models/sentiment/metrics');
    expectBody(modelMetricsBody, day.body);
    expect(day.body).toMatchObject({
      requestTotal: 2,
      requestTotalPerCode: { 200: 1, 503: 1 },
      errorTotal: 1,
      window: { stepSeconds: 900 },
      now: { replicas: { ready: 0 } },
    });
    const start = new Date(now - 120_000).toISOString();
    const recent = await get(`/v0/models/sentiment/metrics?start=${start}&environment=production`);
    expect(recent.body).toMatchObject({ requestTotal: 1, latency: { globalStats: { p50: 6 } } });
  });

  it.each([
    ['?start=2026-01-02T00:00:00Z&end=2026-01-01T00:00:00Z', 400, 'must be before end'],
    ['?start=2020-01-01T00:00:00Z&end=2026-01-01T00:00:00Z', 400, 'at most 31 days'],
    ['?start=yesterday', 400, 'must be a time'],
    ['?environment=staging', 404, 'there is no model'],
  ])('metrics%s are refused with %i', async (query, status, text) => {
    await post('/v0/models', modelDocument('sentiment'));
    const answer = await get(`/v0/models/sentiment/metrics${query}`);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).toContain(text);
  });

  it('environments and policies are created, updated, listed and deleted', async () => {
    const created = await post('/v0/policies', policyDocument('eu-only'));
    expect(created.status).toBe(200);
    expectBody(policyBody, created.body);
    const stage = await post('/v0/environments', environmentDocument('staging', ['eu-only']));
    expect(stage.status).toBe(200);
    expectBody(environmentBody, stage.body);
    const usages = await get('/v0/policies/eu-only/usages');
    expectBody(policyUsagesBody, usages.body);
    expect(usages.body).toMatchObject({ environments: ['staging'], models: [] });
    expect((await put('/v0/environments/staging', environmentDocument('staging'))).body).toMatchObject({
      metadata: { generation: 2 },
      spec: { policies: [] },
    });
    expect((await get('/v0/environments')).body).toHaveLength(3);
    expect((await get('/v0/policies/eu-only')).status).toBe(200);
    expect((await remove('/v0/policies/eu-only')).status).toBe(200);
    expect((await remove('/v0/environments/staging')).status).toBe(200);
  });

  it('what a policy or an environment is used by is named', async () => {
    await post('/v0/policies', policyDocument('eu-only'));
    await post('/v0/environments', environmentDocument('staging'));
    for (const environment of ['production', 'staging']) {
      await post('/v0/models', modelDocument('sentiment', { policies: ['eu-only'] }, environment));
    }
    expect((await get('/v0/policies/eu-only/usages')).body).toMatchObject({
      environments: [],
      models: ['sentiment', 'sentiment@staging'],
    });
    expectError(
      await remove('/v0/policies/eu-only'),
      409,
      'RESOURCE_IN_USE',
      /to model sentiment, model sent/,
    );
    expectError(
      await remove('/v0/models/sentiment'),
      400,
      'INVALID_INPUT',
      /in production, staging: say which/,
    );
    expectError(
      await get('/v0/models/sentiment?environment=development'),
      404,
      'RESOURCE_NOT_FOUND',
      /in production, staging: add/,
    );
    expectError(await remove('/v0/environments/staging'), 409, 'RESOURCE_IN_USE', /the models sentiment:/);
    for (const environment of ['production', 'staging']) {
      expect((await remove(`/v0/models/sentiment?environment=${environment}`)).status).toBe(200);
    }
    expect((await get('/v0/policies/eu-only/usages')).body).toMatchObject({ models: [] });
    expect((await remove('/v0/models/sentiment?environment=staging')).body).toMatchObject({
      status: 'DELETING',
    });
  });

  it('locations and the configuration tell where models can run', async () => {
    await describeLocation(test.store.queries, {
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
      expect((await test.api.send({ path: '/v0/models', key: null, headers })).status).toBe(200);
    }
    expect(JSON.stringify((await get('/v0/workspaces/default/api_keys')).body)).not.toContain(apiKey);
    expect((await remove(`/v0/workspaces/default/api_keys/${id}`)).status).toBe(200);
    const key = new Secret(apiKey);
    expectError(await test.api.send({ path: '/v0/models', key }), 401, 'AUTHENTICATION_FAILED');
  });

  it('workspaces are those of the key', async () => {
    expectBody(workspaceBody, (await get('/v0/workspaces/default')).body);
    expect((await get('/v0/workspaces')).body).toMatchObject([{ name: 'default' }]);
  });

  it('a version header of 2026-04-28 gets pages', async () => {
    for (const name of ['one', 'two', 'three']) {
      await post('/v0/models', modelDocument(name));
      await test.clock.advance(1_000);
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
    const { body } = await test.api.send({ path: '/v0/openapi.json', key: null });
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
      '/v0/models/{model}/metrics',
      '/v0/models/{model}/revisions',
      '/v0/policies',
      '/v0/policies/{name}',
      '/v0/policies/{name}/usages',
      '/v0/secrets_keys',
      '/v0/secrets_keys/rotate',
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
    expect((await test.api.send({ path: '/healthz', key: null })).body).toEqual({ status: 'ok' });
    expect((await test.api.send({ path: '/readyz', key: null })).body).toEqual({ status: 'ready' });
  });
});

describe('deletion', () => {
  it('is told by the status, may be asked for twice, and frees the name at once', async () => {
    await describeLocation(test.store.queries, {
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
    for (let lap = 0; lap < 3; lap += 1) {
      await reconcile();
      await test.clock.advance(1_000);
    }
    expect((await get('/v0/models')).body).toHaveLength(1);
  });
});
