import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@beeline/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadGoldenRelease, unpackRelease } from '../golden/golden-release.ts';
import { damageFile, damages, damagesOf } from './damage-file.ts';
import { listFiles } from './keep-copy.ts';
import { type Started, startDamaged } from './start-damaged.ts';

/*
 * Damages everything in a data directory that is not the database, and starts the program itself. Files of one group
 * are damaged at once: each is of use by itself, and a model whose origin is there has to answer as before.
 */
const golden = loadGoldenRelease('0.1.0');
const origin = join(import.meta.dirname, '../../runtimes/transformers/fixtures/models/sentiment');
const workshop = mkdtempSync(join(tmpdir(), 'beeline-damaged-'));
const whole = join(workshop, 'whole');
const data = join(workshop, 'data');
const answerMs = 30_000;

const groups = [
  ['copies of model files', /^location\/artifacts\/blobs\//],
  ['models made of them', /^location\/artifacts\/snapshots\//],
  ['everything else', /^(?!database\/|secrets\.key$|location\/artifacts\/)/],
] as const;
/** The only files that a start insists on when there is a directory in their place. */
const insisted = ['location/secrets.key', 'location/process/owner'];
const models = 3;
const fresh = {
  apiVersion: 'beeline.dev/v1alpha1',
  kind: 'Model',
  metadata: { name: 'fresh', environment: 'production' },
  spec: { runtime: { model: `file:${origin}`, envs: [{ name: 'TOKEN', value: 'hidden', secret: true }] } },
};

async function call(url: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${golden.adminKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

const countModels = async (url: string) => ((await call(url, 'GET', '/v0/models')) as unknown[]).length;
const ask = (url: string) => call(url, 'POST', '/default/models/fresh', golden.question);

function requireRunning(started: Started): Extract<Started, { readonly url: string }> {
  if ('lines' in started) throw new Error(`the platform did not start: ${started.lines.join('\n')}`);
  return started;
}

function copyWhole(): void {
  rmSync(data, { recursive: true, force: true });
  cpSync(whole, data, { recursive: true });
}

/** Runs this release on what an earlier one left, with a model of its own, and stops it. */
async function prepare(): Promise<unknown> {
  unpackRelease('0.1.0', whole);
  const { url, stop } = requireRunning(await startDamaged(whole));
  await call(url, 'POST', '/v0/models', fresh);
  let answer: unknown;
  await waitFor(
    'the model to answer',
    async () => {
      answer = await ask(url);
      return true;
    },
    answerMs,
  );
  // What a location keeps of a replica is gone when it is stopped.
  cpSync(join(whole, 'location/process/instances'), join(workshop, 'instances'), {
    recursive: true,
    filter: (path) => !statSync(path).isSocket(),
  });
  await stop('SIGTERM');
  cpSync(join(workshop, 'instances'), join(whole, 'location/process/instances'), { recursive: true });
  return answer;
}

describe('a data directory', () => {
  let answer: unknown;
  beforeAll(async () => {
    answer = await prepare();
  });
  afterAll(() => rmSync(workshop, { recursive: true, force: true }));

  it('is gone through as a whole', () => {
    const files = listFiles(whole).filter((path) => !path.startsWith('database/'));
    const seen = files.filter(
      (path) => path === 'secrets.key' || groups.some(([, place]) => place.test(path)),
    );
    expect(seen).toEqual(files);
    for (const [, place] of groups)
      expect(files.filter((path) => place.test(path)).length).toBeGreaterThan(3);
    expect(files).toEqual(
      expect.arrayContaining(['gateway/routes.json', 'location/assignments.json', 'location/scale.json']),
    );
    expect(files.some((path) => path.endsWith('/instance.json'))).toBe(true);
  });

  describe.each(groups)('of which %s', (_group, place) => {
    it.each(damages)('are %s serves all models as before', async (damage) => {
      copyWhole();
      for (const path of listFiles(data).filter((name) => place.test(name))) {
        if (damage === 'a directory' && insisted.includes(path)) continue;
        const { size } = statSync(join(data, path));
        if (damagesOf(size).includes(damage)) damageFile(join(data, path), damage);
      }
      const { url, stop } = requireRunning(await startDamaged(data));
      try {
        expect(await countModels(url)).toBe(models);
        await waitFor('the model to answer', () => ask(url).then(() => true), answerMs);
        expect(await ask(url)).toEqual(answer);
      } finally {
        await stop('SIGTERM');
      }
    });
  });

  it.each(insisted)('of which %s is a directory says what to do in one line', async (path) => {
    copyWhole();
    damageFile(join(data, path), 'a directory');
    expect(await startDamaged(data)).toEqual({
      lines: [expect.stringMatching(new RegExp(`^error: .*${join(data, path)} .*(move|remove)`))],
    });
  });

  it.each(damages)('of which the key for secret values is %s has all models', async (damage) => {
    copyWhole();
    damageFile(join(data, 'secrets.key'), damage);
    const { url, stop } = requireRunning(await startDamaged(data));
    try {
      expect(await countModels(url)).toBe(models);
      // The location has the value by itself; another one needs the key.
      const changed = {
        ...fresh,
        spec: { ...fresh.spec, runtime: { ...fresh.spec.runtime, startTimeout: '3m' } },
      };
      const written = await call(url, 'PUT', '/v0/models/fresh', changed).catch(
        ({ message }: Error) => message,
      );
      if (typeof written === 'string') expect(written).toMatch(/secrets key .* put it back from your copy/);
    } finally {
      await stop('SIGTERM');
    }
  });

  it('without its database begins anew only when it is told to, and keeps what was left', async () => {
    copyWhole();
    rmSync(join(data, 'database/PG_VERSION'));
    expect(await startDamaged(data)).toEqual({
      lines: [expect.stringMatching(/^error: .*PG_VERSION is missing.*--begin-anew/)],
    });
    const { url, stop } = requireRunning(await startDamaged(data, ['--begin-anew']));
    // The keys of the old platform are not known to a new one.
    await expect(countModels(url)).rejects.toThrow('401');
    await stop('SIGKILL');
    expect(readdirSync(data).some((name) => name.startsWith('database.before-'))).toBe(true);
  });
});
