import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, Secret, silentLogger, systemClock } from '@beeline/core/base';
import type { ModelInput } from '@beeline/core/resources';
import { compileConfig } from '@beeline/core/service';
import { waitFor } from '@beeline/core/testing';
import { type Client, createClient } from '@beeline/sdk';
import { type Platform, standaloneSettings, startPlatform } from '@beeline/standalone';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadGoldenRelease, unpackRelease } from './golden-release.ts';

/*
 * What a platform of an earlier release left on disk is started by this program. The origin of its models does not
 * exist any more; their files are in its cache.
 */
const releases = readdirSync(join(import.meta.dirname, 'releases'));

describe.each(releases)('a data directory of release %s', (release) => {
  const golden = loadGoldenRelease(release);
  /** The time goes on from where the release stopped, because logs are kept for three days only. */
  const sinceMs = golden.stoppedAt - Date.now();
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + sinceMs };
  let directory: string;
  let platform: Platform;
  let client: Client;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'beeline-golden-'));
    unpackRelease(release, join(directory, 'data'));
    const flags = ['--data-dir', join(directory, 'data'), '--config', join(directory, 'config.yaml')];
    const config = compileConfig(standaloneSettings, { env: {}, argv: [...flags, '--port', '0'] });
    platform = await startPlatform(config, clock, silentLogger);
    client = clientWith(golden.adminKey);
  });
  afterAll(async () => {
    await platform.close();
    await rm(directory, { recursive: true, force: true });
  });

  const clientWith = (apiKey: string) => createClient({ ...platform, apiKey: new Secret(apiKey) });
  const revisionsOf = async (name: string, environment: string) =>
    (await client.models.revisions(name, { environment })).map(({ id }) => id).sort();
  const goldenRevisions = (name: string) => [...(golden.revisions[name] ?? [])].sort();

  it('has every model, policy, environment and key', async () => {
    const models = await client.models.list();
    expect(
      models.map(({ metadata, status }) => `${metadata.name} ${metadata.environment} ${status}`).sort(),
    ).toEqual(['reviews golden-stage DEPLOYED', 'sentiment production DEPLOYED']);
    expect((await client.policies.list()).map(({ metadata }) => metadata.name)).toEqual(['golden-policy']);
    const environments = await client.environments.list();
    expect(environments.map(({ metadata }) => metadata.name)).toContain('golden-stage');
    expect(await clientWith(golden.extraKey).models.list()).toHaveLength(2);
  });

  it('kept its executions and logs', async () => {
    const executions = await client.models.executions('sentiment', { environment: 'production' });
    expect(executions.map(({ id }) => id)).toEqual(expect.arrayContaining([...golden.executions]));
    const lines = await client.models.logs('sentiment', { environment: 'production' });
    expect(lines.length).toBeGreaterThanOrEqual(golden.logLines);
  });

  it('answers calls as before, with the revision as before', async () => {
    const response = await client.run('sentiment', { body: JSON.stringify(golden.question) });
    expect(await response.json()).toEqual(golden.answer);
    const id = response.headers.get('x-beeline-execution') ?? '';
    await waitFor('the call to be recorded', async () =>
      (await client.models.executions('sentiment', { environment: 'production' })).some(
        (one) => one.id === id,
      ),
    );
    const reviews = await client.run('reviews', {
      environment: 'golden-stage',
      body: JSON.stringify(golden.question),
    });
    expect(reviews.status).toBe(200);
  });

  it('rolls out nothing by itself', async () => {
    expect(await revisionsOf('sentiment', 'production')).toEqual(goldenRevisions('sentiment'));
    expect(await revisionsOf('reviews', 'golden-stage')).toEqual(goldenRevisions('reviews'));
  });

  it('takes a document again without a rollout, and a changed one with the next revision', async () => {
    const { metadata, spec } = await client.models.get('reviews', { environment: 'golden-stage' });
    const { name, environment, displayName, labels } = metadata;
    const same = {
      metadata: { name, environment, displayName, labels },
      spec: structuredClone(spec) as ModelInput['spec'],
    };
    expect((await client.models.update(same)).metadata.generation).toBe(metadata.generation);
    const changed = {
      ...same,
      spec: { ...same.spec, runtime: { ...same.spec.runtime, startTimeout: '4m' } },
    };
    await client.models.update(changed);
    const before = goldenRevisions('reviews');
    await waitFor('the next revision', async () => {
      const now = await revisionsOf('reviews', 'golden-stage');
      return now.length > before.length;
    });
    const numbers = (await client.models.revisions('reviews', { environment: 'golden-stage' })).map(
      ({ number }) => number,
    );
    expect(Math.max(...numbers)).toBe(before.length + 1);
  });
});
