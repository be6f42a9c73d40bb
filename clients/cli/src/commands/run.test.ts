import { BeelineError } from '@beeline/core/base';
import { waitFor } from '@beeline/core/testing';
import { fakePlatformError } from '@beeline/sdk/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBl, type TestBl } from '../testing/start-bl.ts';
import { parsePairs } from './run.ts';

describe('bl run', () => {
  let bl: TestBl;
  beforeEach(async () => {
    bl = await startBl();
  });
  afterEach(() => bl.close());
  const run = (...argv: readonly string[]) => bl.run(['run', 'model', 'm', ...argv]);

  it('sends the data as it is and prints the answer as it came', async () => {
    bl.platform.infer = () => ({ status: 200, body: '{"label":"POSITIVE"}' });
    expect(await run('-d', '{"inputs": "a"}')).toEqual({
      code: 0,
      stdout: '{"label":"POSITIVE"}',
      stderr: '',
    });
    expect(bl.platform.requests[0]).toMatchObject({
      method: 'POST',
      path: '/default/models/m',
      query: {},
      body: '{"inputs": "a"}',
      headers: { 'content-type': 'application/json', authorization: 'Bearer bl_fake_key' },
    });
  });

  it('takes body, path, method, headers, parameters and the environment from flags', async () => {
    await bl.write('body.bin', 'raw bytes');
    const flags = ['--header', 'Content-Type: text/plain', '--header', 'x-a: b: c', '--params', 'k=v=w'];
    await run(
      '--file',
      'body.bin',
      '--path',
      '/v1/x',
      '--method',
      'put',
      '-e',
      'development',
      '--debug',
      ...flags,
    );
    expect(bl.platform.requests[0]).toMatchObject({
      method: 'PUT',
      path: '/default/models/m/v1/x',
      query: { k: 'v=w', environment: 'development', debug: 'true' },
      body: 'raw bytes',
      headers: { 'content-type': 'text/plain', 'x-a': 'b: c' },
    });
    await bl.run(['run', 'model', 'm', '--file', '-'], { stdin: 'from stdin' });
    expect(bl.platform.requests[1]?.body).toBe('from stdin');
  });

  it('keeps every value of a flag that is there several times, and refuses a header that there is one of', async () => {
    await run('-d', '1', '--params', 'k=1', '--params', 'k=2', '--header', 'X-A: 1', '--header', 'x-a: 2');
    expect(bl.platform.requests[0]?.headers['x-a']).toBe('1, 2');
    expect(parsePairs('--params', '=', ['k=1', 'j=0', 'k=2'])).toEqual({ k: ['1', '2'], j: ['0'] });
    const twice = ['--header', 'Content-Type: a/b', '--header', 'content-type: c/d'];
    expect(await bl.run(['run', 'model', 'm', '-d', '1', ...twice])).toMatchObject({
      code: 2,
      stderr: 'error: --header content-type is there twice; keep one of the two\n',
    });
  });

  it('indents JSON on a terminal, and leaves everything else alone', async () => {
    bl.platform.infer = () => ({ status: 200, body: '{"a":[1]}' });
    const shown = async (argv: readonly string[], terminal: boolean) =>
      (await bl.run(['run', 'model', 'm', ...argv], { terminal })).stdout;
    expect(await shown([], true)).toBe('{\n  "a": [\n    1\n  ]\n}\n');
    expect(await shown(['-o', 'json'], true)).toBe('{"a":[1]}');
    expect(await shown(['-o', 'yaml'], false)).toBe('a:\n  - 1\n');
    bl.platform.infer = () => ({ status: 200, body: 'plain', headers: { 'content-type': 'text/plain' } });
    expect(await shown([], true)).toBe('plain');
    bl.platform.infer = () => ({ status: 200, body: '{"broken' });
    expect(await shown([], true)).toBe('{"broken');
  });

  it('prints a stream as it comes, and asks for one', async () => {
    bl.platform.infer = () => ({
      status: 200,
      body: ['data: 1\n\n', 'data: 2\n\n'],
      headers: { 'content-type': 'text/event-stream' },
    });
    expect((await run('--stream')).stdout).toBe('data: 1\n\ndata: 2\n\n');
    expect(bl.platform.requests[0]?.headers.accept).toBe('text/event-stream, */*');
  });

  it('tells errors of the platform in one line, with the exit code of their kind', async () => {
    bl.platform.infer = () =>
      fakePlatformError(new BeelineError('WORKLOAD_NOT_FOUND', { message: 'the model "m" does not exist' }));
    expect(await run('-d', '{}')).toEqual({
      code: 3,
      stdout: '',
      stderr: 'error: the model "m" does not exist\n',
    });
    bl.platform.infer = () => fakePlatformError(new BeelineError('QUEUE_FULL', { message: 'full' }));
    expect((await run('-d', '{}', '-v')).stderr).toContain('QUEUE_FULL, request req_1');
  });

  it('passes errors of the model through and exits with 1', async () => {
    bl.platform.infer = () => ({ status: 422, body: { detail: 'inputs is missing' } });
    expect(await run('-d', '{}')).toEqual({
      code: 1,
      stdout: '{"detail":"inputs is missing"}',
      stderr: 'error: the model answered 422 Unprocessable Entity\n',
    });
  });

  it('shows status and headers, or where the time went, on standard error', async () => {
    bl.platform.infer = () => ({ status: 200, body: {}, headers: { 'server-timing': 'run;dur=4' } });
    const { stdout, stderr } = await run('--show-headers');
    expect(stdout).toBe('{}');
    expect(stderr).toMatch(/^HTTP 200 OK\n(.+\n)*server-timing: run;dur=4\n(.+\n)*\n$/);
    expect((await run('--debug')).stderr).toBe('server-timing: run;dur=4\n');
  });

  it('gives up after --timeout', async () => {
    bl.platform.intercept = () => 'hang';
    const running = bl.start(['run', 'model', 'm', '--timeout', '5s']);
    await waitFor('the request', () => bl.platform.requests.length === 1);
    await bl.clock.advance(5_000);
    expect(await running.ended).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('within --timeout'),
    });
  });

  it.each([
    [['run', 'policy', 'p'], /bl run is for models only \(received policy\)/],
    [['run', 'model', 'm', '-d', 'x', '--file', 'y'], /either --data or --file, not both/],
    [['run', 'model', 'm', '--file', 'none'], /--file none does not exist/],
    [['run', 'model', 'm', '--header', 'x'], /--header must be name:value \(received "x"\)/],
    [['run', 'model', 'm', '--path', '../other'], /leaves the endpoint of the model/],
    [['run', 'model', 'm', '--method', 'GET', '-d', 'x'], /the request cannot be sent: .*GET/],
  ])('says how %j is wrong', async (argv, message) => {
    const { code, stderr } = await bl.run(argv);
    expect([code, bl.platform.requests]).toEqual([2, []]);
    expect(stderr).toMatch(message);
  });
});
