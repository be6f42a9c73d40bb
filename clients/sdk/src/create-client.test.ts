import { BeelineError, Secret } from '@beeline/core/base';
import { createFakeClock, waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClient } from './create-client.ts';
import { type FakePlatform, startFakePlatform } from './testing/index.ts';

const sentiment = {
  metadata: { name: 'sentiment', environment: 'development' },
  spec: { runtime: { model: 'file:///models/sentiment' } },
};

describe('the client', () => {
  let platform: FakePlatform;
  const clock = createFakeClock();
  const open = (change: { apiKey?: Secret; apiUrl?: string } = {}) =>
    createClient({ ...platform, workspace: 'default', clock, timeoutMs: 5_000, ...change });

  beforeEach(async () => {
    platform = await startFakePlatform();
  });
  afterEach(() => platform.close());

  async function failure(call: Promise<unknown>): Promise<BeelineError> {
    const thrown = await call.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (thrown instanceof BeelineError) return thrown;
    throw new Error('no BeelineError was thrown', { cause: thrown });
  }

  it('applies a model: created, then unchanged, then configured', async () => {
    const { models } = open();
    const changed = { ...sentiment, spec: { ...sentiment.spec, enabled: false } };
    expect((await models.apply(sentiment)).outcome).toBe('created');
    expect((await models.apply(sentiment)).outcome).toBe('unchanged');
    expect((await models.apply(changed)).outcome).toBe('configured');
    expect((await models.get('sentiment', { environment: 'development' })).status).toBe('DEACTIVATED');
  });

  it('lists over all environments or one, and deletes in one', async () => {
    const { models } = open();
    await models.create(sentiment);
    await models.create({ ...sentiment, metadata: { name: 'sentiment' } });
    expect(await models.list()).toHaveLength(2);
    expect(await models.list({ environment: 'development' })).toHaveLength(1);
    await models.delete('sentiment', { environment: 'development' });
    expect(await models.list()).toHaveLength(1);
  });

  it('applies environments and policies by name', async () => {
    const { environments, policies } = open();
    const policy = { metadata: { name: 'cpu' }, spec: { type: 'flavor' as const, flavors: [] } };
    const error = await failure(policies.apply(policy));
    expect([error.code, error.fields[0]?.field]).toEqual(['INVALID_INPUT', 'spec.flavors']);
    expect((await environments.apply({ metadata: { name: 'staging' } })).outcome).toBe('created');
    expect((await environments.list())[0]?.metadata.name).toBe('staging');
  });

  it('lists everything, however many pages the platform cuts it into', async () => {
    const { environments } = open();
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    for (const name of names) await environments.create({ metadata: { name } });
    const listed = (await environments.list()).map(({ metadata }) => metadata.name);
    expect(listed.sort()).toEqual(names);
    expect(platform.requests.filter(({ method }) => method === 'GET')).toHaveLength(3);
  });

  it('reads revisions, executions, locations, the workspace and logs after a line', async () => {
    const line = {
      timestamp: '',
      message: 'm',
      severity: 9,
      source: 'stdout',
      revision: 'r',
      replica: 'p',
    } as const;
    platform.logs.push({ ...line, id: '1' }, { ...line, id: '2' }, { ...line, id: '3' });
    const { models, locations, workspaces, executions } = open();
    expect((await models.logs('sentiment', { after: '1', limit: 1 })).map(({ id }) => id)).toEqual(['2']);
    expect(await models.revisions('sentiment')).toEqual([]);
    expect(await models.executions('sentiment', { limit: 5 })).toEqual([]);
    expect(await locations.list()).toEqual([]);
    expect((await workspaces.get('default')).name).toBe('default');
    expect((await failure(executions.get('exe_1'))).kind).toBe('not_found');
  });

  it('sends the key and the workspace, and never shows the key', async () => {
    await open().models.list();
    expect(platform.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer bl_fake_key',
      'x-beeline-workspace': 'default',
    });
    const error = await failure(open({ apiKey: new Secret('wrong') }).models.list());
    expect([error.code, error.requestId]).toEqual(['AUTHENTICATION_FAILED', 'req_1']);
    expect(JSON.stringify([error.message, error.detail])).not.toContain('wrong');
  });

  it('repeats a read that may succeed later, and never a write', async () => {
    let refusals = 0;
    platform.intercept = () => {
      refusals += 1;
      return refusals > 2 ? undefined : { status: 503, body: { error: 'STORE_UNAVAILABLE', code: 503 } };
    };
    const reading = open().models.list();
    await waitFor('the answer', async () => {
      await clock.advance(1_000);
      return refusals === 3;
    });
    expect(await reading).toEqual([]);
    refusals = 0;
    expect((await failure(open().models.create(sentiment))).code).toBe('STORE_UNAVAILABLE');
    expect(refusals).toBe(1);
  });

  it('gives up on an answer that does not come in time', async () => {
    platform.intercept = () => 'hang';
    const waiting = failure(open().models.create(sentiment));
    await waitFor('the request', () => platform.requests.length === 1);
    await clock.advance(5_000);
    const error = await waiting;
    expect(error.code).toBe('REQUEST_TIMEOUT');
    expect(error.message).toContain('did not answer POST /models within 5s');
  });

  it("rejects with the signal's reason when the caller goes away", async () => {
    platform.intercept = () => 'hang';
    const leave = new AbortController();
    const waiting = open().models.list({ signal: leave.signal });
    await waitFor('the request', () => platform.requests.length === 1);
    leave.abort(new Error('gone'));
    await expect(waiting).rejects.toThrowError('gone');
  });

  it('says how to start the platform when nothing listens', async () => {
    await platform.close();
    const error = await failure(open().models.list());
    platform = await startFakePlatform();
    expect(error.code).toBe('CONNECTION_FAILED');
    expect(error.message).toMatch(/^nothing listens at http:.*; start the platform with `bl up`/);
  });

  it('says that the address lacks its version when the inference endpoint answers', async () => {
    const headers = { 'x-beeline-source': 'gateway' };
    platform.intercept = () => ({ status: 404, body: { error: { code: 'ROUTE_NOT_FOUND' } }, headers });
    const { message } = await failure(open().models.list());
    expect(message).toMatch(/not as this API does; the address of the API ends with \/v0$/);
  });

  it.each([
    [404, '<html>not found</html>', 'RESOURCE_NOT_FOUND', /answered 404 and not as this API does/],
    [200, '<html>hello</html>', 'CONNECTION_FAILED', /something that is not JSON/],
    [418, { error: 'TEAPOT', code: 418, message: 'short and stout' }, 'INVALID_INPUT', /^short and stout$/],
    [400, { error: 'invalid_api_version', code: 400 }, 'INVALID_API_VERSION', /invalid_api_version/],
  ])('understands an answer %i %j', async (status, body, code, message) => {
    platform.intercept = () => ({ status, body });
    const error = await failure(open().models.list());
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });
});
