import { waitFor } from '@beeline/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ask,
  sentimentModel,
  startTestPlatform,
  type TestPlatform,
  waitForStatus,
  waitForZero,
} from './start-test-platform.ts';

describe('a deployment from zero', () => {
  let test: TestPlatform;
  beforeAll(async () => {
    test = await startTestPlatform();
  });
  afterAll(() => test.close());

  it('answers a caller who comes right after it was applied', async () => {
    const scaling = { lastPodRetentionPeriod: '300ms' };
    const applied = await test.client.models.apply(sentimentModel({ name: 'early', scaling }));
    expect(applied.outcome).toBe('created');
    const answer = await ask(test.client, 'early', 'Best day ever');
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject([{ label: 'POSITIVE' }]);
    await waitForStatus(test.client, 'early', 'DEPLOYED');
  });

  it('gives its compute back when nobody calls, and wakes again for the next caller', async () => {
    await waitForZero(test.client, 'early');
    const answer = await ask(test.client, 'early', 'This is terrible');
    expect(answer.body).toMatchObject([{ label: 'NEGATIVE' }]);
    expect(answer.headers.get('server-timing')).toMatch(/queue;dur=.*start;dur=.*load;dur=.*run;dur=/);
    await waitForZero(test.client, 'early');
  });

  it('explains an execution: where it ran, on which revision, and where the time went', async () => {
    const { execution } = await ask(test.client, 'early', 'Best day ever');
    const record = await waitFor('the record of the execution', () => test.client.executions.get(execution));
    expect(record).toMatchObject({
      id: execution,
      model: 'early',
      environment: 'production',
      location: 'local',
      status: 200,
      source: 'model',
    });
    expect(record.revision).toBe((await test.client.models.get('early')).observed.activeRevision);
    const { queueMs, startMs, loadMs, runMs, totalMs } = record.timings;
    expect(startMs).toBeGreaterThan(0);
    expect(loadMs).toBeGreaterThan(0);
    expect(queueMs + startMs + loadMs + runMs).toBeLessThanOrEqual(totalMs + 5);
    expect((await test.client.models.executions('early')).map((entry) => entry.id)).toContain(execution);
  });

  it('says how many replicas are wanted, and why it changed', async () => {
    await waitForZero(test.client, 'early');
    const { scaling } = (await test.client.models.get('early')).observed;
    expect(scaling).toMatchObject([{ location: 'local', desired: 0 }]);
    const changes = scaling[0]?.changes ?? [];
    expect(changes.slice(-2)).toMatchObject([
      { from: 0, to: 1, reason: expect.stringContaining('1 waiting') },
      { from: 1, to: 0 },
    ]);
    expect(changes.length).toBeLessThanOrEqual(10);
  });

  it('starts one replica for many callers who come at once', async () => {
    await waitForZero(test.client, 'early');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => ask(test.client, 'early', 'I love this')),
    );
    expect(answers.map((answer) => answer.status)).toEqual(Array(8).fill(200));
    const records = await Promise.all(
      answers.map(({ execution }) => waitFor('the record', () => test.client.executions.get(execution))),
    );
    expect(new Set(records.map((record) => record.replica)).size).toBe(1);
  });

  it('shows what the runtime wrote in its logs', async () => {
    const lines = await waitFor('log lines', async () => {
      const found = await test.client.models.logs('early');
      return found.some((line) => line.message.includes('model_loaded')) ? found : null;
    });
    expect(lines.every((line) => line.replica !== '')).toBe(true);
  });
});
