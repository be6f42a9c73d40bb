import type { ExecutionRecord } from '@beeline/core/contract';
import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBl, type TestBl } from '../testing/start-bl.ts';

const execution: ExecutionRecord = {
  id: 'exe_1',
  workspace: 'default',
  model: 'sentiment',
  environment: 'production',
  revision: 'rev_1',
  location: 'local',
  replica: 'rep_1',
  key: 'key_1',
  startedAt: Date.parse('2025-01-01T00:04:30Z'),
  method: 'POST',
  path: '/',
  status: 200,
  source: 'model',
  errorCode: null,
  aborted: false,
  timings: { queueMs: 0, startMs: 210, loadMs: 95.4, runMs: 4.2, firstByteMs: 309, totalMs: 310 },
  requestBytes: 10,
  responseBytes: 20,
  tokens: null,
};

describe('bl get', () => {
  let bl: TestBl;
  beforeEach(async () => {
    bl = await startBl();
    const spec = { runtime: { model: 'file:///models/sentiment' } };
    bl.platform.store.create('models', { metadata: { name: 'sentiment' }, spec });
    bl.platform.store.create('models', { metadata: { name: 'sentiment', environment: 'development' }, spec });
    bl.platform.store.create('models', { metadata: { name: 'other' }, spec });
  });
  afterEach(() => bl.close());

  it('shows models of all environments in aligned columns', async () => {
    const { code, stdout, stderr } = await bl.run(['get', 'models']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      [
        'NAME       ENVIRONMENT  STATUS    REVISION  REPLICAS  CREATED  UPDATED',
        'sentiment  production   DEPLOYED  rev_1     0/4       5m ago   5m ago',
        'sentiment  development  DEPLOYED  rev_1     0/4       5m ago   5m ago',
        'other      production   DEPLOYED  rev_1     0/4       5m ago   5m ago',
        '',
      ].join('\n'),
    );
  });

  it('narrows to a name, to an environment, and shows more with -v and instants with -u', async () => {
    expect((await bl.run(['get', 'ml', 'sentiment'])).stdout.split('\n')).toHaveLength(4);
    const { stdout } = await bl.run(['get', 'model', 'sentiment', '-e', 'development', '-v', '-u']);
    expect(stdout.split('\n')[1]).toMatch(
      /^default {4}sentiment {2}development .*2025-01-01 00:00:00Z {2}file:\/\/\/models\/sentiment {2}http:\S+$/,
    );
  });

  it('lets the platform say where a model is that the named environment does not have', async () => {
    const { code, stderr } = await bl.run(['get', 'model', 'other', '-e', 'development']);
    expect([code, stderr]).toEqual([3, expect.stringContaining('check the name and the environment')]);
  });

  it('shows one model with its conditions, how it is scaled, and its events', async () => {
    bl.platform.store.observe('other', 'production', {
      status: 'FAILED',
      events: [{ time: '2025-01-01T00:04:50Z', type: 'failed', status: 'FAILED', message: 'no such file' }],
      observed: {
        generation: 1,
        activeRevision: 'rev_1',
        latestRevision: 'rev_2',
        replicas: { starting: 1, ready: 2, draining: 0 },
        conditions: [
          {
            type: 'Ready',
            status: 'False',
            reason: 'MODEL_MISSING',
            message: 'gone',
            since: '2025-01-01T00:00:00Z',
          },
        ],
        scaling: [
          {
            location: 'here',
            revision: 'rev_2',
            desired: 2,
            reason: '2: the minimum',
            changes: [
              { time: '2025-01-01T00:04:00Z', from: 0, to: 1, reason: '1 waiting' },
              { time: '2025-01-01T00:04:50Z', from: 1, to: 2, reason: '2: the minimum' },
            ],
          },
        ],
      },
    });
    const { stdout } = await bl.run(['get', 'model', 'other', '-o', 'pretty']);
    expect(stdout).toMatch(/REVISION: +rev_1\nNEWEST: +rev_2\nREPLICAS: +2\/4 \(\+1 starting\)\n/);
    expect(stdout).toContain('CONDITIONS:\n  Ready  False  MODEL_MISSING  5m ago  gone\n');
    expect(stdout).toContain(
      'SCALING:\n  here, rev_2: 2 wanted, because 2: the minimum\n    1m ago   0 -> 1  1 waiting\n    10s ago  1 -> 2  2: the minimum\n',
    );
    expect(stdout).toContain('EVENTS:\n  10s ago  FAILED  no such file\n');
  });

  it('prints YAML that can be applied again without changing anything', async () => {
    const { stdout } = await bl.run(['get', 'model', 'sentiment', '-o', 'yaml']);
    expect(stdout.match(/^apiVersion: beeline.dev\/v1alpha1\nkind: Model$/gm)).toHaveLength(2);
    const again = await bl.run(['apply', '-f', '-'], { stdin: stdout });
    expect(again).toMatchObject({
      code: 0,
      stdout: 'Resource Model:sentiment unchanged\n'.repeat(2),
      stderr: '',
    });
  });

  it('prints a list as a JSON array and one named object as itself', async () => {
    expect(JSON.parse((await bl.run(['get', 'models', '-o', 'json'])).stdout)).toHaveLength(3);
    expect(JSON.parse((await bl.run(['get', 'model', 'other', '-o', 'json'])).stdout)).toMatchObject({
      kind: 'Model',
      metadata: { name: 'other' },
    });
  });

  it('shows revisions, executions, environments, policies and locations', async () => {
    bl.platform.revisions.push({
      id: 'rev_1',
      number: 1,
      active: true,
      canary: false,
      previousActive: false,
      status: 'DEPLOYED',
      reason: null,
      trafficPercent: 100,
      modelDigest: `sha256:${'0123456789abcdef'.repeat(4)}`,
      createdAt: '2025-01-01T00:00:00Z',
      createdBy: 'key_1',
    });
    bl.platform.executions.push(execution);
    bl.platform.locations.push({
      location: 'local',
      displayName: 'Local',
      country: 'fr',
      continent: 'eu',
      status: 'healthy',
      flavors: [{ name: 'x86', type: 'cpu' }],
      generations: ['process'],
    });
    bl.platform.store.create('policies', {
      metadata: { name: 'tokens' },
      spec: { type: 'maxToken', maxTokens: { granularity: 'hour', step: 2, input: 0, total: 500 } },
    });
    bl.platform.store.create('environments', {
      metadata: { name: 'staging' },
      spec: { policies: ['tokens'] },
    });
    const lineOf = async (argv: readonly string[]) => (await bl.run(['get', ...argv])).stdout.split('\n')[1];
    expect(await lineOf(['revisions', 'sentiment'])).toBe('rev_1  1       active  DEPLOYED  100%     5m ago');
    expect(await lineOf(['revisions', 'sentiment', '-v'])).toMatch(/ key_1 +0123456789ab /);
    expect(await lineOf(['executions', 'sentiment'])).toBe(
      'exe_1  30s ago  production   200     model  rev_1     0ms    210ms  95ms  4.2ms  310ms',
    );
    expect(await lineOf(['execution', 'exe_1', '-v'])).toContain('sentiment');
    expect(await lineOf(['pol'])).toBe('tokens  maxToken  total 500 per 2 hours  DEPLOYED  5m ago   5m ago');
    expect(await lineOf(['env', 'staging'])).toBe('staging  tokens    DEPLOYED  5m ago   5m ago');
    expect(await lineOf(['loc'])).toBe('local  fr       eu         healthy  x86      process');
  });

  it('says when there is nothing, and what is near a name that does not exist', async () => {
    expect(await bl.run(['get', 'policies'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'no policies in workspace default\n',
    });
    const { code, stderr } = await bl.run(['get', 'model', 'sentimnet']);
    expect([code, stderr]).toEqual([3, 'error: there is no model "sentimnet"; did you mean "sentiment"?\n']);
    expect((await bl.run(['get', 'env', 'none'])).code).toBe(3);
  });

  it.each([
    [['modles'], /the kind must be one of models, .* \(received modles\); did you mean models\?/],
    [['revisions'], /the name of a model is missing; write bl get revisions NAME/],
    [['models', 'a', 'b'], /too many arguments .*; see bl get --help/],
    [['models', '-o', 'xml'], /Allowed choices are table, pretty, json, yaml; see bl get --help/],
  ])('says how get %j is wrong', async (argv, message) => {
    const { code, stderr } = await bl.run(['get', ...argv]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('watches: prints again when something changed, and goes on while the platform is away', async () => {
    const running = bl.start(['get', 'models', '--watch']);
    await waitFor('the first table', () => running.stdout().includes('other'));
    bl.platform.intercept = () => ({
      status: 503,
      body: { error: 'STORE_UNAVAILABLE', message: 'away', code: 503 },
    });
    await waitFor('the complaint', async () => {
      await bl.clock.advance(2_000);
      return running.stderr().includes('error: away');
    });
    bl.platform.intercept = () => undefined;
    bl.platform.store.observe('other', 'production', { status: 'FAILED' });
    await waitFor('the change', async () => {
      await bl.clock.advance(2_000);
      return running.stdout().includes('FAILED');
    });
    running.stop();
    expect((await running.ended).code).toBe(130);
  });

  it('has colour on a terminal, unless NO_COLOR is set', async () => {
    expect((await bl.run(['get', 'models'], { terminal: true })).stdout).toContain('\u001b[32mDEPLOYED');
    const plain = await bl.run(['get', 'models'], { terminal: true, env: { NO_COLOR: '1' } });
    expect(plain.stdout).not.toContain('\u001b');
  });
});
