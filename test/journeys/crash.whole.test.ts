import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadClientConfig } from '@beeline/core/contract';
import { waitFor } from '@beeline/core/testing';
import { type Client, createClient } from '@beeline/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, sentimentModel, waitForStatus } from './start-test-platform.ts';

const main = join(import.meta.dirname, '../../planes/standalone/src/main.ts');

interface RunningPlatform {
  readonly child: ChildProcess;
  readonly client: Client;
}

/** Starts the platform as a process of its own, so that it can be killed. */
async function startProcess(directory: string): Promise<RunningPlatform> {
  const config = join(directory, 'config.yaml');
  const flags = [
    '--port',
    '0',
    '--data-dir',
    join(directory, 'data'),
    '--config',
    config,
    '--log-level',
    'error',
  ];
  const child = spawn(process.execPath, [main, ...flags], { env: { PATH: '/usr/bin:/bin' } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
  await waitFor(`the platform to start: ${output}`, () => output.includes('Beeline is ready'), 60_000);
  const [entry] = (await loadClientConfig(config)).config.workspaces;
  if (entry?.apiKey === undefined) throw new Error('the platform stored no key');
  const { apiKey, apiUrl = '', runUrl = '' } = entry;
  return { child, client: createClient({ apiKey, apiUrl, runUrl, workspace: 'default' }) };
}

/** Processes of this machine whose command line names a directory. */
async function processesOf(directory: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return lines.filter((line) => line.includes(directory)).map((line) => line.replaceAll('\0', ' '));
}

describe('a platform that is killed', () => {
  let directory: string;
  let running: RunningPlatform;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'beeline-crash-'));
    running = await startProcess(directory);
    await running.client.models.apply(sentimentModel({ name: 'kept' }));
    await waitForStatus(running.client, 'kept', 'DEPLOYED');
    running.child.kill('SIGKILL');
    await once(running.child, 'exit');
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('has every accepted deployment when it starts again, and answers', async () => {
    running = await startProcess(directory);
    expect((await ask(running.client, 'kept', 'Best day ever')).body).toMatchObject([{ label: 'POSITIVE' }]);
    expect((await running.client.models.get('kept')).status).toBe('DEPLOYED');
  });

  it('leaves no process behind once it is stopped in order', async () => {
    running.child.kill('SIGTERM');
    const [code] = await once(running.child, 'exit');
    expect(code).toBe(0);
    await waitFor(
      'every process to be gone',
      async () => (await processesOf(directory)).length === 0,
      20_000,
    );
  });
});
