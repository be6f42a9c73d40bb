import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { waitFor } from '@beeline/core/testing';
import { type GoldenRelease, packDirectory, releaseDirectory } from './golden-release.ts';

/*
 * Makes the golden files of a release: what a platform of that release leaves on disk. Run it once per release, with a
 * clone of it, and commit what it writes:
 *
 *   git worktree add ../release COMMIT && (cd ../release && npm ci)
 *   node_modules/.bin/node test/golden/make-release.ts ../release 0.1.0
 *   node_modules/.bin/node planes/control/src/testing/dump-documents.ts DATABASE planes/control/src/store/documents/golden/0.1.0.json
 *
 * The second program writes the rows of that database as text, for tests that need no database.
 */
const [clone, name] = process.argv.slice(2);
if (clone === undefined || name === undefined) {
  console.error('usage: make-release.ts CLONE RELEASE');
  process.exit(1);
}

/** The same at every run, because paths get into the database. */
const workshop = '/tmp/beeline-golden';
const data = join(workshop, 'data');
const origin = join(workshop, 'models/sentiment');

/** Smallest files that can be served: only the quantised weights. */
function copyModel(): void {
  const fixture = join(resolve(clone as string), 'runtimes/transformers/fixtures/models/sentiment');
  mkdirSync(join(origin, 'onnx'), { recursive: true });
  for (const file of [
    'config.json',
    'tokenizer.json',
    'tokenizer_config.json',
    'onnx/model_quantized.onnx',
  ]) {
    cpSync(join(fixture, file), join(origin, file));
  }
}

async function startRelease(): Promise<{
  readonly child: ChildProcess;
  readonly url: string;
  readonly key: string;
}> {
  const config = join(workshop, 'config.yaml');
  const flags = ['--data-dir', data, '--config', config, '--port', '0', '--log-level', 'warn'];
  const child = spawn(
    join(resolve(clone as string), 'node_modules/node/bin/node'),
    [join(resolve(clone as string), 'planes/standalone/src/main.ts'), ...flags],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { PATH: process.env.PATH } },
  );
  let url = '';
  for await (const line of createInterface({ input: child.stdout })) {
    url = /API (\S+)\/v0,/.exec(line)?.[1] ?? url;
    const key = /^ {2}(\S+)$/.exec(line)?.[1];
    if (key !== undefined) return { child, url, key };
  }
  throw new Error('the release did not start');
}

const model = (name: string, environment: string, spec: Record<string, unknown>, runtime = {}) => ({
  apiVersion: 'beeline.dev/v1alpha1',
  kind: 'Model',
  metadata: { name, environment, displayName: `Golden ${name}`, labels: { team: 'golden' } },
  spec: { runtime: { model: `file:${origin}`, ...runtime }, ...spec },
});

async function fillPlatform(url: string, key: string): Promise<Omit<GoldenRelease, 'release' | 'stoppedAt'>> {
  async function call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
  const revisionsOf = async (name: string, environment: string) =>
    (await call('GET', `/v0/models/${name}/revisions?environment=${environment}`)) as readonly {
      readonly id: string;
      readonly status: string;
    }[];
  async function deploy(method: 'POST' | 'PUT', document: ReturnType<typeof model>): Promise<void> {
    const { name, environment } = document.metadata;
    const before = method === 'POST' ? 0 : (await revisionsOf(name, environment)).length;
    await call(method, method === 'POST' ? '/v0/models' : `/v0/models/${name}`, document);
    await waitFor(
      `${name} to be deployed`,
      async () => {
        const all = await revisionsOf(name, environment);
        const serving = all.filter(({ status }) => status === 'DEPLOYED').length;
        const settled = all.every(({ status }) => status === 'DEPLOYED' || status === 'DEACTIVATED');
        return all.length === before + 1 && serving === 1 && settled;
      },
      60_000,
    );
  }
  await call('POST', '/v0/policies', {
    metadata: { name: 'golden-policy' },
    spec: { type: 'flavor', flavors: [{ name: 'x86', type: 'cpu' }] },
  });
  await call('POST', '/v0/environments', {
    metadata: { name: 'golden-stage', displayName: 'Golden stage' },
    spec: { policies: ['golden-policy'] },
  });
  const extra = (await call('POST', '/v0/workspaces/default/api_keys', { name: 'golden' })) as Record<
    string,
    string
  >;
  await deploy('POST', model('sentiment', 'production', { policies: ['golden-policy'] }));
  const reviews = { envs: [{ name: 'LOG_LEVEL', value: 'debug' }], dtype: 'q8', task: 'text-classification' };
  const scaling = {
    serverlessConfig: { maxNumReplicas: 2, target: '2', drainTimeout: '15m', scaleDownDelay: '10s' },
  };
  await deploy('POST', model('reviews', 'golden-stage', scaling, reviews));
  await deploy('PUT', model('reviews', 'golden-stage', scaling, { ...reviews, startTimeout: '3m' }));

  const ask = { inputs: 'What a wonderful day' };
  const answer = await call('POST', '/default/models/sentiment', ask);
  await call('POST', '/default/models/sentiment', ask);
  const records = async (what: string) =>
    ((await call('GET', `/v0/models/sentiment/${what}?environment=production`)) as readonly {
      id: string;
    }[]) ?? [];
  await waitFor(
    'both executions to be recorded',
    async () => (await records('executions')).length === 2,
    30_000,
  );
  await waitFor('log lines to be stored', async () => (await records('logs')).length > 0, 30_000);
  const idsOf = async (name: string, environment: string) =>
    (await revisionsOf(name, environment)).map(({ id }) => id);
  return {
    adminKey: key,
    extraKey: extra.apiKey ?? JSON.stringify(extra),
    revisions: {
      sentiment: await idsOf('sentiment', 'production'),
      reviews: await idsOf('reviews', 'golden-stage'),
    },
    executions: (await records('executions')).map(({ id }) => id),
    logLines: (await records('logs')).length,
    question: ask,
    answer,
  };
}

rmSync(workshop, { recursive: true, force: true });
copyModel();
const { child, url, key } = await startRelease();
try {
  const filled = await fillPlatform(url, key);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const [code] = await ended;
  if (code !== 0) throw new Error(`the release ended with ${code}`);
  const target = releaseDirectory(name);
  mkdirSync(target, { recursive: true });
  const about: GoldenRelease = { release: name, stoppedAt: Date.now(), ...filled };
  writeFileSync(join(target, 'about.json'), `${JSON.stringify(about, null, 2)}\n`);
  // Compiled code: large, and of no use to another version of Node.js.
  rmSync(join(data, 'location/code-cache'), { recursive: true, force: true });
  writeFileSync(join(target, 'data-directory.tar.br'), packDirectory(data));
  console.log(`${target}: ${readFileSync(join(target, 'data-directory.tar.br')).length} bytes`);
} finally {
  child.kill('SIGKILL');
  rmSync(workshop, { recursive: true, force: true });
}
