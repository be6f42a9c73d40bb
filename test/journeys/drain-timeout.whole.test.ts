import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelInput } from '@beeline/core/resources';
import { waitFor } from '@beeline/core/testing';
import type { Runtime } from '@beeline/runtime-interface';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestPlatform, type TestPlatform, waitForStatus } from './start-test-platform.ts';

const program = join(import.meta.dirname, 'streaming-model-server.ts');

/** Its servers finish what they have before they stop, for as long as a minute. */
const streamingRuntime: Runtime = {
  name: 'streaming',
  async inspectModel() {
    return { ok: true, task: 'text-generation', dtype: 'fp32', reasons: [] };
  },
  buildLaunchSpec: ({ socketPath, envs, startTimeoutMs }) => ({
    runtime: 'streaming',
    argv: [process.execPath, program, socketPath, envs.MODEL_END_FILE ?? ''],
    env: envs,
    ready: { path: '/health', timeoutMs: startTimeoutMs },
    metricsPath: null,
    infoPath: null,
    drain: { signal: 'SIGTERM', graceMs: 60_000 },
    concurrency: { target: 8, hard: 8 },
    usageDialect: 'none',
  }),
};

describe('the drain timeout of a deployment', () => {
  let test: TestPlatform;
  let directory: string;
  let endFile: string;
  beforeAll(async () => {
    test = await startTestPlatform({ runtimes: { transformers: streamingRuntime } });
    directory = join(test.directory, 'model');
    endFile = join(test.directory, 'end');
    await mkdir(directory);
    await writeFile(join(directory, 'weights'), 'none');
  });
  beforeEach(() => rm(endFile, { force: true }));
  afterAll(async () => {
    await writeFile(endFile, '');
    await test.close();
  });

  const describeModel = (name: string, drainTimeout: string, version = '1'): ModelInput => ({
    metadata: { name, environment: 'production' },
    spec: {
      runtime: {
        model: `file://${directory}`,
        envs: [
          { name: 'MODEL_END_FILE', value: endFile },
          { name: 'MODEL_VERSION', value: version },
        ],
      },
      serverlessConfig: { lastPodRetentionPeriod: '60s', drainTimeout },
    },
  });

  /** Deploys, and begins a stream that goes on until it is ended or cut. */
  async function openStream(model: ModelInput) {
    const { name } = model.metadata;
    await test.client.models.apply(model);
    await waitForStatus(test.client, name, 'DEPLOYED');
    const response = await test.client.run(name, { path: '/stream', body: '{}' });
    const reader = response.body?.getReader();
    if (reader === undefined) throw new Error('the stream has no body');
    await reader.read();
    const execution = response.headers.get('x-beeline-execution') ?? '';
    const rest = (async () => {
      let text = '';
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return text;
        text += Buffer.from(value).toString();
      }
    })().then(
      (text) => ({ cut: false, text }),
      () => ({ cut: true, text: '' }),
    );
    return { execution, rest };
  }
  const recordOf = (execution: string) =>
    waitFor('the record', () => test.client.executions.get(execution).catch(() => null));
  const update = (name: string, drainTimeout: string) =>
    test.client.models.apply(describeModel(name, drainTimeout, '2'));

  it('cuts a stream that outlives it after an update, and says so', async () => {
    const { execution, rest } = await openStream(describeModel('cut', '500ms'));
    await update('cut', '500ms');
    expect((await rest).cut).toBe(true);
    expect(await recordOf(execution)).toMatchObject({
      status: 200,
      aborted: true,
      errorCode: 'DRAIN_TIMEOUT',
    });
    await waitFor('the log', async () =>
      (await test.client.models.logs('cut')).some(({ message }) =>
        message.includes('cut 1 requests that did not end within 500ms (drainTimeout)'),
      ),
    );
    await waitForStatus(test.client, 'cut', 'DEPLOYED');
  });

  it('does not cut one that ends within it', async () => {
    const { execution, rest } = await openStream(describeModel('whole', '60s'));
    const before = (await test.client.models.get('whole')).observed.activeRevision;
    await update('whole', '60s');
    await waitFor('the old revision to drain', async () => {
      const { activeRevision, replicas } = (await test.client.models.get('whole')).observed;
      return activeRevision !== before && replicas.draining === 1;
    });
    await writeFile(endFile, '');
    expect(await rest).toMatchObject({ cut: false, text: expect.stringContaining('the end') });
    expect(await recordOf(execution)).toMatchObject({ status: 200, aborted: false, errorCode: null });
  });

  it('is changed without a new revision, for what drains already too', async () => {
    const { execution, rest } = await openStream(describeModel('changed', '24h'));
    const before = (await test.client.models.get('changed')).observed.activeRevision;
    await test.client.models.apply(describeModel('changed', '23h'));
    await waitForStatus(test.client, 'changed', 'DEPLOYED');
    expect((await test.client.models.get('changed')).observed.activeRevision).toBe(before);
    await update('changed', '23h');
    await waitFor('the old revision to drain', async () => {
      const { replicas } = (await test.client.models.get('changed')).observed;
      return replicas.draining === 1;
    });
    await update('changed', '100ms');
    expect((await rest).cut).toBe(true);
    expect(await recordOf(execution)).toMatchObject({ errorCode: 'DRAIN_TIMEOUT' });
  });

  it('answers a request that has nothing of an answer yet, when a deployment is deleted', async () => {
    const { rest } = await openStream(describeModel('deleted', '300ms'));
    const silent = test.client.run('deleted', { path: '/silent', body: '{}' });
    await waitFor('both to run', async () => {
      const { now } = await test.client.models.metrics('deleted');
      return now.inFlight === 2;
    });
    await test.client.models.delete('deleted');
    const answer = await silent;
    expect([answer.status, answer.headers.get('x-beeline-error-code')]).toEqual([504, 'DRAIN_TIMEOUT']);
    expect(await answer.text()).toContain('within 300ms (drainTimeout)');
    expect((await rest).cut).toBe(true);
  });
});
