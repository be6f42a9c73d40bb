import { BeelineError, Secret } from '@beeline/core/base';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRunError } from './read-error-response.ts';
import { runModel, runUrlOf } from './run-model.ts';
import { type FakePlatform, fakePlatformError, startFakePlatform } from './testing/index.ts';

describe('runUrlOf', () => {
  const target = { runUrl: 'http://host:1/', apiKey: new Secret('k'), workspace: 'acme' };
  it.each([
    [{}, '/acme/models/m'],
    [{ path: '/' }, '/acme/models/m/'],
    [{ path: 'v1/embed' }, '/acme/models/m/v1/embed'],
    [{ path: '/a?x=1', params: { y: 'z &' } }, '/acme/models/m/a?x=1&y=z+%26'],
    [{ path: '/a?x=1', params: { x: ['2', '3'] } }, '/acme/models/m/a?x=1&x=2&x=3'],
    [{ environment: 'development', debug: true }, '/acme/models/m?environment=development&debug=true'],
  ])('of %j is %s', (options, expected) => {
    expect(runUrlOf(target, 'm', options).href).toBe(`http://host:1${expected}`);
  });

  it.each(['/../other', '/%2e%2e/other', '..', '/a/../../..'])('refuses the path %s', (path) => {
    expect(() => runUrlOf(target, 'm', { path })).toThrowError(/leaves the endpoint of the model/);
  });
});

describe('runModel', () => {
  let platform: FakePlatform;
  beforeEach(async () => {
    platform = await startFakePlatform();
  });
  afterEach(() => platform.close());
  const target = () => ({ ...platform, workspace: 'default' });

  it('sends every value of a header, in place of the one that is set here', async () => {
    const headers = { 'X-A': ['1', '2'], 'Content-Type': 'text/plain' };
    await (await runModel(target(), 'm', { body: 'a', headers })).text();
    expect(platform.requests[0]?.headers).toMatchObject({ 'x-a': '1, 2', 'content-type': 'text/plain' });
  });

  it('sends JSON unless told otherwise, to the model of the workspace', async () => {
    const response = await runModel(target(), 'm', { body: '{"inputs":"a"}' });
    expect(await response.json()).toEqual({ echo: '{"inputs":"a"}' });
    await (await runModel(target(), 'm', { body: 'a', headers: { 'content-type': 'text/plain' } })).text();
    await (await runModel(target(), 'm', { method: 'GET' })).text();
    expect(
      platform.requests.map(({ method, path, headers }) => [method, path, headers['content-type']]),
    ).toEqual([
      ['POST', '/default/models/m', 'application/json'],
      ['POST', '/default/models/m', 'text/plain'],
      ['GET', '/default/models/m', undefined],
    ]);
  });

  it('gives errors of the platform as such and leaves those of the model alone', async () => {
    platform.infer = () =>
      fakePlatformError(new BeelineError('QUEUE_FULL', { message: 'full', retryAfterMs: 2_000 }));
    const error = await readRunError(await runModel(target(), 'm'));
    expect(error).toMatchObject({
      code: 'QUEUE_FULL',
      message: 'full',
      retryAfterMs: 2_000,
      requestId: 'req_1',
    });
    platform.infer = () => ({ status: 422, body: { detail: 'bad input' } });
    const response = await runModel(target(), 'm');
    expect(await readRunError(response)).toBeNull();
    expect(await response.json()).toEqual({ detail: 'bad input' });
  });

  it('says what is wrong with a request that cannot be formed', async () => {
    await expect(runModel(target(), 'm', { method: 'GET', body: 'x' })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
    });
    await expect(runModel(target(), 'm', { headers: { 'a b': 'x' } })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
    });
  });
});
