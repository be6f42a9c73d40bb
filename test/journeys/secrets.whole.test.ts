import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadClientConfig } from '@beeline/core/contract';
import { waitFor } from '@beeline/core/testing';
import { type Client, createClient } from '@beeline/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, fixtureOrigin, waitForStatus } from './start-test-platform.ts';

const root = join(import.meta.dirname, '../..');
const value = 'not-for-eyes-7d1f';

/** Every file below a directory that has the text in it. */
function filesWith(directory: string, text: string): readonly string[] {
  const entries = unlessGone(() => readdirSync(directory, { withFileTypes: true })) ?? [];
  return entries.flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return filesWith(path, text);
    return entry.isFile() && unlessGone(() => readFileSync(path))?.includes(text) === true ? [path] : [];
  });
}

/** A platform that runs takes files away meanwhile. */
function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Environments of the model servers of a platform, which its mark tells. */
function modelEnvironments(directory: string): readonly Record<string, string>[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const lines = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
        return [Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)))];
      } catch {
        return []; // it has ended, or is somebody else's
      }
    })
    .filter(({ BEELINE_INSTANCE: mark = '' }) => mark.startsWith(directory));
}

describe('a secret of a manifest', () => {
  const directory = mkdtempSync(join(tmpdir(), 'beeline-secret-'));
  const config = join(directory, 'config.yaml');
  const told: string[] = [];
  let platform: ChildProcess;
  let client: Client;

  /** Runs a program of ours and keeps all that it prints. */
  function start(program: string, args: readonly string[], env: Record<string, string>): ChildProcess {
    const child = spawn(process.execPath, [join(root, program), ...args], {
      env: { PATH: '/usr/bin:/bin', HOME: directory, BL_CONFIG: config, ...env },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (bytes: Buffer) => told.push(bytes.toString()));
    }
    return child;
  }
  const bl = async (...args: readonly string[]) => {
    const child = start('clients/cli/src/main.ts', args, { MY_TOKEN: value });
    return (await once(child, 'close'))[0] as number;
  };
  async function startPlatform(): Promise<void> {
    const before = told.length;
    const flags = ['--port', '0', '--data-dir', join(directory, 'data'), '--config', config];
    platform = start('planes/standalone/src/main.ts', [...flags, '--log-level', 'debug'], {});
    await waitFor(
      'the platform to start',
      () => told.slice(before).join('').includes('Beeline is ready'),
      60_000,
    );
    const [entry] = (await loadClientConfig(config)).config.workspaces;
    if (entry?.apiKey === undefined) throw new Error('the platform stored no key');
    const { apiKey, apiUrl = '', runUrl = '' } = entry;
    client = createClient({ apiKey, apiUrl, runUrl, workspace: 'default' });
  }
  function writeManifest(name: string, env: string): string {
    const path = join(directory, `${name}.yaml`);
    writeFileSync(
      path,
      `apiVersion: beeline.dev/v1alpha1
kind: Model
metadata: {name: ${name}}
spec:
  runtime: {model: "${fixtureOrigin('sentiment')}", envs: [${env}]}
  serverlessConfig: {minNumReplicas: 1}
`,
    );
    return path;
  }

  beforeAll(async () => {
    await startPlatform();
    const path = writeManifest(
      'talker',
      '{name: TOKEN, value: "Bearer $secrets.MY_TOKEN"}, {name: MODEL_A, value: "1"}',
    );
    expect(await bl('apply', '-f', path, '--wait')).toBe(0);
    // The engine repeats what is no number in its error: that reaches logs, the event and the caller.
    const broken = writeManifest('broken', '{name: BL_THREADS, value: $secrets.MY_TOKEN}');
    expect(await bl('apply', '-f', broken, '--wait')).not.toBe(0);
  });
  afterAll(async () => {
    platform.kill('SIGTERM');
    await once(platform, 'exit');
    rmSync(directory, { recursive: true, force: true });
  });

  it('is in the environment of the model server, which has nothing of the platform beside it', () => {
    const [env, ...others] = modelEnvironments(directory);
    expect(others).toEqual([]);
    expect(env).toMatchObject({ TOKEN: `Bearer ${value}`, MODEL_A: '1' });
    expect(Object.keys(env ?? {}).toSorted()).toEqual([
      'BEELINE_INSTANCE',
      'LANG',
      'MODEL_A',
      'NODE_COMPILE_CACHE',
      'TOKEN',
    ]);
  });

  it('is in no answer of the API and in nothing that the command line prints', async () => {
    for (const name of ['talker', 'broken']) {
      for (const output of ['pretty', 'yaml']) await bl('get', 'model', name, '-o', output);
      await bl('get', 'revisions', name, '-o', 'json');
      await bl('logs', name);
      told.push(JSON.stringify([await client.models.get(name), await client.models.logs(name)]));
    }
    await waitForStatus(client, 'broken', 'FAILED');
    const { events } = await client.models.get('broken');
    expect(JSON.stringify(events)).toContain("received '***'");
    expect(JSON.stringify(await client.models.logs('broken'))).toContain("received '***'");
    expect(told.join('')).not.toContain(value);
  });

  it('may be sent back as it is shown, and nothing changes', async () => {
    const before = await client.models.get('talker');
    const { metadata, spec } = before;
    const { name, environment } = metadata;
    await client.models.apply({ metadata: { name, environment }, spec: structuredClone(spec) as never });
    const after = await client.models.get('talker');
    expect([after.metadata.generation, after.spec]).toEqual([metadata.generation, spec]);
  });

  it('is in no file of the data directory, also after a rotation, a crash and another start', async () => {
    expect(await bl('secrets', 'rotate')).toBe(0);
    expect(filesWith(directory, value)).toEqual([]);
    platform.kill('SIGKILL');
    await once(platform, 'exit');
    await startPlatform();
    expect((await ask(client, 'talker', 'I love this')).status).toBe(200);
    const path = writeManifest(
      'talker',
      '{name: TOKEN, value: "Bearer $secrets.MY_TOKEN"}, {name: MODEL_A, value: "2"}',
    );
    expect(await bl('apply', '-f', path, '--wait')).toBe(0);
    await waitFor('the new revision to have it', () =>
      modelEnvironments(directory).some((env) => env.MODEL_A === '2' && env.TOKEN === `Bearer ${value}`),
    );
    expect(filesWith(directory, value)).toEqual([]);
    expect(told.join('')).not.toContain(value);
  });
});
