import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digestFiles, listFiles } from '@beeline/core/model-files';
import { waitFor } from '@beeline/core/testing';
import type { Client } from '@beeline/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ask,
  fixtureOrigin,
  sentimentModel,
  startTestPlatform,
  type TestPlatform,
  waitForStatus,
} from './start-test-platform.ts';

/** Calls a model again and again until stopped; returns the status of every call. */
function keepCalling(client: Client, name: string): { stop(): Promise<number[]> } {
  const statuses: number[] = [];
  let stopped = false;
  const caller = async () => {
    while (!stopped) statuses.push((await ask(client, name, 'I love this')).status);
  };
  const callers = Promise.all([caller(), caller(), caller()]);
  return {
    async stop() {
      stopped = true;
      await callers;
      return statuses;
    },
  };
}

describe('an update', () => {
  let test: TestPlatform;
  const active = async (name: string) => (await test.client.models.get(name)).observed.activeRevision;
  beforeAll(async () => {
    test = await startTestPlatform();
  });
  afterAll(() => test.close());

  it('moves the route only when the new revision is ready, and no call fails meanwhile', async () => {
    await test.client.models.apply(sentimentModel({ name: 'blue', dtype: 'q8' }));
    await waitForStatus(test.client, 'blue', 'DEPLOYED');
    const before = await active('blue');
    const calls = keepCalling(test.client, 'blue');
    const applied = await test.client.models.apply(sentimentModel({ name: 'blue', dtype: 'fp32' }));
    expect(applied.outcome).toBe('configured');
    await waitFor('the route to move', async () => (await active('blue')) !== before, 30_000);
    await waitForStatus(test.client, 'blue', 'DEPLOYED');
    const statuses = await calls.stop();
    expect(statuses.length).toBeGreaterThan(10);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    const revisions = await test.client.models.revisions('blue');
    expect(revisions.map((revision) => [revision.number, revision.active, revision.trafficPercent])).toEqual([
      [2, true, 100],
      [1, false, 0],
    ]);
  });

  it('of scaling alone makes no new revision', async () => {
    const before = await active('blue');
    await test.client.models.apply(
      sentimentModel({ name: 'blue', dtype: 'fp32', scaling: { maxNumReplicas: 2 } }),
    );
    expect(await active('blue')).toBe(before);
    expect(await test.client.models.revisions('blue')).toHaveLength(2);
  });

  it('of the files behind an unchanged manifest rolls out, and a second time nothing does', async () => {
    const own = join(test.directory, 'retrained');
    await cp(fileURLToPath(fixtureOrigin('sentiment')), own, { recursive: true });
    const apply = async () => {
      const modelDigest = await digestFiles(own, await listFiles(own, { maxFiles: 100, maxBytes: 1e9 }));
      const input = sentimentModel({ name: 'retrained', model: `file://${own}` });
      const runtime = { ...input.spec.runtime, modelDigest };
      return await test.client.models.apply({ ...input, spec: { ...input.spec, runtime } });
    };
    const numbers = async () =>
      (await test.client.models.revisions('retrained')).map(({ number, active }) => [number, active]);
    await apply();
    await waitForStatus(test.client, 'retrained', 'DEPLOYED');
    expect((await apply()).outcome).toBe('unchanged');
    await writeFile(join(own, 'README.md'), 'trained again');
    expect((await apply()).outcome).toBe('configured');
    await waitFor('the route to move', async () => (await numbers()).at(0)?.[1] === true, 30_000);
    await waitForStatus(test.client, 'retrained', 'DEPLOYED');
    expect(await numbers()).toEqual([
      [2, true],
      [1, false],
    ]);
    const digests = (await test.client.models.revisions('retrained')).map(({ modelDigest }) => modelDigest);
    expect(new Set(digests).size).toBe(2);
    expect((await ask(test.client, 'retrained', 'I love this')).status).toBe(200);
  });

  it('that never gets ready leaves the old revision serving, and says why', async () => {
    const broken = join(test.directory, 'broken');
    await mkdir(join(broken, 'onnx'), { recursive: true });
    await writeFile(
      join(broken, 'config.json'),
      '{"architectures": ["BertForSequenceClassification"], "model_type": "bert"}',
    );
    await writeFile(join(broken, 'tokenizer.json'), '{}');
    await writeFile(join(broken, 'tokenizer_config.json'), '{}');
    await writeFile(join(broken, 'onnx/model.onnx'), 'this is no graph');
    const before = await active('blue');
    await test.client.models.apply(sentimentModel({ name: 'blue', model: `file://${broken}` }));
    await waitForStatus(test.client, 'blue', 'FAILED');
    const model = await test.client.models.get('blue');
    expect(model.observed.activeRevision).toBe(before);
    expect(model.observed.latestRevision).not.toBe(before);
    const failure = model.events.find((event) => event.status === 'FAILED');
    expect(failure?.message).toMatch(/LOAD_FAILED|MODEL_INVALID/);
    expect((await ask(test.client, 'blue', 'Best day ever')).body).toMatchObject([{ label: 'POSITIVE' }]);
  });

  it('to an origin that does not exist names the directory', async () => {
    await test.client.models.apply(sentimentModel({ name: 'blue', model: 'file:///nowhere/at/all' }));
    const event = await waitFor('the event', async () =>
      (await test.client.models.get('blue')).events.find((entry) =>
        entry.message.includes('/nowhere/at/all'),
      ),
    );
    expect(event.message).toContain('MODEL_MISSING');
    expect((await ask(test.client, 'blue', 'I love this')).status).toBe(200);
  });

  it('that is good after one that failed is served', async () => {
    const before = await active('blue');
    await test.client.models.apply(sentimentModel({ name: 'blue', dtype: 'q8' }));
    await waitForStatus(test.client, 'blue', 'DEPLOYED');
    expect(await active('blue')).not.toBe(before);
    expect((await ask(test.client, 'blue', 'I love this')).status).toBe(200);
  });

  it('of a first revision that fails turns callers away with the reason', async () => {
    await test.client.models.apply(sentimentModel({ name: 'never', model: 'file:///nowhere/else' }));
    await waitForStatus(test.client, 'never', 'FAILED');
    const refusal = await waitFor('the gateway to refuse', async () => {
      const { status, body } = await ask(test.client, 'never', 'hello');
      const { error } = body as {
        error: { component: string; code: string; retryable: boolean; message: string };
      };
      return error.component === 'gateway' ? { status, ...error } : null;
    });
    expect(refusal).toMatchObject({ status: 404, code: 'WORKLOAD_UNAVAILABLE', retryable: false });
    expect(refusal.message).toContain('/nowhere/else');
  });
});
