import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@beeline/core/testing';
import type { Runtime } from '@beeline/runtime-interface';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPlatform, type TestPlatform, waitForStatus } from './start-test-platform.ts';

const program = join(import.meta.dirname, 'streaming-model-server.ts');

/** Refuses a model with what its `config.json` says, unread: no runtime has to know what a database keeps. */
const trustingRuntime: Runtime = {
  name: 'trusting',
  async inspectModel(directory) {
    const { refuseAs } = JSON.parse(await readFile(join(directory, 'config.json'), 'utf8'));
    if (typeof refuseAs === 'string') return { ok: false, code: 'MODEL_INVALID', message: refuseAs };
    return { ok: true, task: 'text-generation', dtype: 'fp32', reasons: [] };
  },
  buildLaunchSpec: ({ socketPath, envs, startTimeoutMs }) => ({
    runtime: 'trusting',
    argv: [process.execPath, program, socketPath, ''],
    env: envs,
    ready: { path: '/health', timeoutMs: startTimeoutMs },
    metricsPath: null,
    infoPath: null,
    drain: { signal: 'SIGTERM', graceMs: 1_000 },
    concurrency: { target: 8, hard: 8 },
    usageDialect: 'none',
  }),
};

describe('a model with text that no database keeps', () => {
  let test: TestPlatform;
  beforeAll(async () => {
    test = await startTestPlatform({ runtimes: { transformers: trustingRuntime } });
  });
  afterAll(() => test.close());

  async function deploy(name: string, config: object): Promise<void> {
    const directory = join(test.directory, name);
    await mkdir(directory);
    await writeFile(join(directory, 'config.json'), JSON.stringify(config));
    await test.client.models.apply({
      metadata: { name, environment: 'production' },
      spec: { runtime: { model: `file://${directory}` } },
    });
  }
  const logged = (name: string, text: string) =>
    waitFor(`the log of ${name}`, async () =>
      (await test.client.models.logs(name)).some(({ message }) => message.includes(text)),
    );

  it('fails with a readable reason, and all others are deployed and logged', async () => {
    await deploy('poisoned', { refuseAs: 'it is a Bee\0For\uD83DNothing' });
    await waitForStatus(test.client, 'poisoned', 'FAILED');
    const { events } = await test.client.models.get('poisoned');
    expect(events.at(-1)?.message).toContain('MODEL_INVALID: it is a Bee\uFFFDFor\uFFFDNothing');

    await deploy('good', {});
    await waitForStatus(test.client, 'good', 'DEPLOYED');
    await logged('poisoned', 'it is a Bee\uFFFDFor\uFFFDNothing');
    await logged('good', 'ready after');
  });

  it('fails its callers with the same reason', async () => {
    const answer = await test.client
      .run('poisoned', { body: '{}' })
      .then((response) => response.text())
      .catch(String);
    expect(answer).toContain('it is a Bee\uFFFDFor\uFFFDNothing');
  });
});
