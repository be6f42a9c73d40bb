import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitFor } from '@beeline/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ask,
  fixtureOrigin,
  sentimentModel,
  startTestPlatform,
  type TestPlatform,
  waitForStatus,
} from './start-test-platform.ts';

/** A copy of the fixture whose `config.json` says something else. */
async function copyModel(directory: string, changes: Record<string, unknown>): Promise<string> {
  const copy = join(directory, 'poisoned');
  await cp(fileURLToPath(fixtureOrigin('sentiment')), copy, { recursive: true });
  const path = join(copy, 'config.json');
  const config = JSON.parse(await readFile(path, 'utf8')) as object;
  await writeFile(path, JSON.stringify({ ...config, ...changes }));
  return `file://${copy}`;
}

describe('a model with text that no database keeps', () => {
  let test: TestPlatform;
  beforeAll(async () => {
    test = await startTestPlatform();
  });
  afterAll(() => test.close());

  it('fails with a readable reason, and all others are deployed and logged', async () => {
    const { client } = test;
    const model = await copyModel(test.directory, { architectures: ['Bee\0For\uD83DNothing'] });
    await client.models.apply(sentimentModel({ name: 'poisoned', model }));
    await waitForStatus(client, 'poisoned', 'FAILED');
    const { events } = await client.models.get('poisoned');
    expect(events.at(-1)?.message).toContain('config.json names architecture Bee\uFFFDFor\uFFFDNothing');

    await client.models.apply(sentimentModel({ name: 'good' }));
    await waitForStatus(client, 'good', 'DEPLOYED');
    expect((await ask(client, 'good', 'Best day ever')).status).toBe(200);
    const logged = (name: string, text: string) =>
      waitFor(`the log of ${name}`, async () =>
        (await client.models.logs(name)).some(({ message }) => message.includes(text)),
      );
    await logged('poisoned', 'Bee\uFFFDFor\uFFFDNothing');
    await logged('good', 'ready after');
  });

  it('fails its callers with the same reason', async () => {
    const answer = await ask(test.client, 'poisoned', 'Best day ever').catch((error: Error) => error);
    expect(answer instanceof Error ? answer.message : JSON.stringify(answer.body)).toContain(
      'Bee\uFFFDFor\uFFFDNothing',
    );
  });
});
