import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@beeline/core/base';
import { createClient } from '@beeline/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ask,
  sentimentModel,
  startTestPlatform,
  type TestPlatform,
  waitForStatus,
} from './start-test-platform.ts';

const fixture = join(import.meta.dirname, '../../runtimes/transformers/fixtures/models/sentiment');

describe('where models come from', () => {
  let test: TestPlatform;
  let places: string;
  let member: TestPlatform['client'];
  beforeAll(async () => {
    places = await mkdtemp(join(tmpdir(), 'beeline-origins-'));
    await cp(fixture, join(places, 'root/good'), { recursive: true });
    await cp(fixture, join(places, 'outside/good'), { recursive: true });
    await cp(fixture, join(places, 'root/broken'), { recursive: true });
    await writeFile(join(places, 'root/broken/config.json'), 'root:x:0:0:hunter2');
    await symlink(join(places, 'outside'), join(places, 'root/out'));
    test = await startTestPlatform({}, ['--origin-roots', join(places, 'root')]);
    member = createClient({ ...test.platform, apiKey: await memberKey() });
  });
  afterAll(async () => {
    await test.close();
    await rm(places, { recursive: true });
  });

  async function memberKey(): Promise<Secret> {
    const { apiUrl, apiKey, workspace } = test.platform;
    const response = await fetch(`${apiUrl}/workspaces/${workspace}/api_keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey.reveal()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'member', role: 'member' }),
    });
    return new Secret(((await response.json()) as { readonly apiKey: string }).apiKey);
  }
  const model = (name: string, path: string) =>
    sentimentModel({ name, model: `file://${join(places, path)}` });
  const lastEvent = async (name: string) => (await test.client.models.get(name)).events.at(-1)?.message ?? '';

  it('everybody may deploy from below a root', async () => {
    await member.models.apply(model('inside', 'root/good'));
    await waitForStatus(test.client, 'inside', 'DEPLOYED');
    expect((await ask(test.client, 'inside', 'good')).status).toBe(200);
  });

  it('only the owner of the platform may deploy from elsewhere', async () => {
    await expect(member.models.apply(model('outside', 'outside/good'))).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('originRoots'),
    });
    await test.client.models.apply(model('outside', 'outside/good'));
    await waitForStatus(test.client, 'outside', 'DEPLOYED');
  });

  it('a link out of a root leads nowhere, and says nothing of what is there', async () => {
    for (const path of ['root/out/good', 'root/out/none']) {
      await member.models.apply(model('linked', path));
      await waitForStatus(test.client, 'linked', 'FAILED');
      expect(await lastEvent('linked')).toContain(
        `ORIGIN_REFUSED: models may not come from ${join(places, path)}: it lies outside originRoots of the location`,
      );
    }
  });

  it('an event shows nothing of what is in a file', async () => {
    await member.models.apply(model('broken', 'root/broken'));
    await waitForStatus(test.client, 'broken', 'FAILED');
    expect(await lastEvent('broken')).toContain('config.json must hold a JSON object: it is no valid JSON');
    expect(JSON.stringify(await test.client.models.get('broken'))).not.toContain('hunter2');
  });
});
