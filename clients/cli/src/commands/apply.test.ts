import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBl, type TestBl } from '../testing/start-bl.ts';

const header = 'apiVersion: beeline.dev/v1alpha1\n';
const model = (name: string, more = '') =>
  `${header}kind: Model\nmetadata: {name: ${name}}\nspec:\n  runtime:\n    model: file:models/${name}\n${more}`;
const policy = `${header}kind: Policy\nmetadata: {name: cpu}\nspec: {type: flavor, flavors: [{name: x86, type: cpu}]}\n`;

describe('bl apply', () => {
  let bl: TestBl;
  beforeEach(async () => {
    bl = await startBl();
  });
  afterEach(() => bl.close());
  const sent = () => bl.platform.requests.filter(({ method }) => method !== 'GET');

  it('creates, leaves alone and changes, and says so', async () => {
    await bl.write('m.yaml', model('a'));
    expect(await bl.run(['apply', '-f', 'm.yaml'])).toEqual({
      code: 0,
      stdout: 'Resource Model:a created\n',
      stderr: '',
    });
    expect((await bl.run(['apply', '-f', 'm.yaml'])).stdout).toBe('Resource Model:a unchanged\n');
    await bl.write('m.yaml', model('a', '  enabled: false\n'));
    expect((await bl.run(['apply', '-f', 'm.yaml'])).stdout).toBe('Resource Model:a configured\n');
  });

  it('sees that files of a directory on this machine changed, and says so', async () => {
    await bl.write('m.yaml', model('a'));
    await bl.write('models/a/model.onnx', 'first');
    expect((await bl.run(['apply', '-f', 'm.yaml'])).stdout).toBe('Resource Model:a created\n');
    expect(sent()[0]?.body).toMatch(/"modelDigest":"sha256:[0-9a-f]{64}"/);
    expect((await bl.run(['apply', '-f', 'm.yaml'])).stdout).toBe('Resource Model:a unchanged\n');
    await bl.write('models/a/model.onnx', 'second');
    expect((await bl.run(['apply', '-f', 'm.yaml'])).stdout).toBe(
      'Resource Model:a configured: the files of the model changed\n',
    );
    await bl.write('models/a/model.onnx', 'third');
    const { stdout } = await bl.run(['apply', '-f', 'm.yaml', '-o', 'json']);
    expect(JSON.parse(stdout).applied).toMatchObject([{ result: 'configured', filesChanged: true }]);
  });

  it('keeps a digest that the manifest has, and leaves files that no model can be made of to the platform', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    await bl.write('pinned.yaml', model('a', `    modelDigest: ${digest}\n`));
    await bl.write('models/a/model.onnx', 'first');
    const { stderr } = await bl.run(['apply', '-f', 'pinned.yaml']);
    expect(sent()[0]?.body).toContain(digest);
    expect(stderr).toContain(
      'warning: pinned.yaml: the files are no longer those of spec.runtime.modelDigest',
    );
    await bl.write('b.yaml', model('b'));
    await bl.write('models/b/model.onnx', 'first');
    await symlink('/etc/passwd', join(bl.dir, 'models/b/link'));
    await bl.run(['apply', '-f', 'b.yaml']);
    expect(sent()[1]?.body).not.toContain('modelDigest');
  });

  it('sends the origin as an absolute address, meant from the manifest, and the environment', async () => {
    await bl.write('deploy/m.yaml', model('a'));
    await bl.run(['apply', '-f', 'deploy/m.yaml', '-e', 'development']);
    expect(JSON.parse(sent()[0]?.body ?? '')).toEqual({
      metadata: { name: 'a', environment: 'development' },
      spec: { runtime: { model: `file://${join(bl.dir, 'deploy/models/a')}` } },
    });
  });

  it('reads standard input, directories by name, and those below them with -R', async () => {
    expect((await bl.run(['apply', '-f', '-'], { stdin: model('in') })).stdout).toContain('Model:in created');
    expect(sent()[0]?.body).toContain(`file://${join(bl.dir, 'models/in')}`);
    await bl.write('d/2.yml', model('b'));
    await bl.write(
      'd/1.json',
      JSON.stringify({ apiVersion: 'beeline.dev/v1alpha1', kind: 'Environment', metadata: { name: 'e' } }),
    );
    await bl.write('d/notes.txt', 'no manifest');
    await bl.write('d/below/3.yaml', model('c'));
    expect((await bl.run(['apply', '-f', 'd'])).stdout).toBe(
      'Resource Environment:e created\nResource Model:b created\n',
    );
    expect((await bl.run(['apply', '-f', 'd', '-R'])).stdout).toContain('Resource Model:c created');
  });

  it('checks everything before it sends anything, and tells all that is wrong', async () => {
    await bl.write('1.yaml', `${model('a')}---\n${header}kind: Modle\nmetadata: {name: b}\n`);
    await bl.write('2.yaml', model('c', '  serverlessConfig: {maxNumReplicas: 500, minNumReplica: 1}\n'));
    await bl.write('3.yaml', 'kind: Model\n');
    const { code, stderr } = await bl.run(['apply', '-f', '1.yaml', '-f', '2.yaml', '-f', '3.yaml']);
    expect(code).toBe(2);
    expect(stderr.trimEnd().split('\n')).toEqual([
      'error: 1.yaml (document 2): kind must be one of Environment, Policy, Model (received "Modle"); did you mean "Model"?',
      expect.stringMatching(
        /^error: 2.yaml: spec.serverlessConfig.minNumReplica is not a known field .*did you mean "minNumReplicas"\?$/,
      ),
      expect.stringMatching(
        /^error: 2.yaml: spec.serverlessConfig.maxNumReplicas must be .* \(received 500\)$/,
      ),
      'error: 3.yaml: apiVersion is required; write apiVersion: beeline.dev/v1alpha1',
    ]);
    expect(bl.platform.requests).toEqual([]);
  });

  it.each([
    [
      'the same thing twice',
      `${model('a')}---\n${model('a')}`,
      /m.yaml \(document 2\): Model a \(production\) is in m.yaml \(document 1\) already/,
    ],
    [
      'another apiVersion',
      model('a').replace('v1alpha1', 'v9'),
      /apiVersion must be beeline.dev\/v1alpha1 \(received "beeline.dev\/v9"\)/,
    ],
    [
      'a kind that nobody writes',
      `${header}kind: Location\nmetadata: {name: x}`,
      /kind must be one of Environment, Policy, Model \(received "Location"\)\n/,
    ],
    ['nothing', '---\n', /m.yaml: there is no document/],
  ])('refuses %s', async (_what, text, message) => {
    await bl.write('m.yaml', text);
    const { code, stderr } = await bl.run(['apply', '-f', 'm.yaml']);
    expect([code, bl.platform.requests.length]).toEqual([2, 0]);
    expect(stderr).toMatch(message);
  });

  it('accepts the same model in two environments, but no flag that contradicts one', async () => {
    const second = model('a').replace('{name: a}', '{name: a, environment: development}');
    await bl.write('m.yaml', `${model('a')}---\n${second}`);
    expect((await bl.run(['apply', '-f', 'm.yaml'])).code).toBe(0);
    const { code, stderr } = await bl.run(['apply', '-f', 'm.yaml', '-e', 'staging']);
    expect(code).toBe(2);
    expect(stderr).toContain('metadata.environment differs from --env staging (received "development")');
  });

  it('refuses a file of secrets that has a name twice', async () => {
    await bl.write('m.yaml', model('a'));
    await bl.write('.env', 'TOKEN=one\nTOKEN=two\n');
    const { code, stderr } = await bl.run(['apply', '-f', 'm.yaml']);
    expect([code, stderr]).toEqual([
      2,
      'error: the file of secrets .env has TOKEN twice; keep one of the two\n',
    ]);
  });

  it('fills in variables, warns of those that are not set, and takes secrets from files, environment and .env', async () => {
    const envs = ['A: $A', 'B: $B', 'C: $secrets.C', 'D: $secrets.D', 'E: $secrets.E']
      .map((pair) => pair.split(': '))
      .map(([name, value]) => `    - {name: ${name}, value: $${value?.slice(1)}}\n`);
    await bl.write('m.yaml', model('a', `    envs:\n${envs.join('')}`));
    await bl.write('.env', 'C=from-dotenv\nD=from-dotenv\nE=from-dotenv\n');
    await bl.write('s.env', 'C=from-file\n');
    const result = await bl.run(['apply', '-f', 'm.yaml', '-s', 's.env'], {
      env: { A: 'a1', D: 'from-env' },
    });
    expect(result).toMatchObject({
      code: 0,
      stderr:
        'warning: m.yaml: spec.runtime.envs[1].value: the variable B is not set and stays as it is written\n',
    });
    expect(
      JSON.parse(sent()[0]?.body ?? '').spec.runtime.envs.map(({ value }: { value: string }) => value),
    ).toEqual(['a1', '$B', 'from-file', 'from-env', 'from-dotenv']);
  });

  it("names a missing secret, and never shows one in an error, be it ours or the platform's", async () => {
    await bl.write('m.yaml', model('a', '    task: $secrets.TASK\n'));
    expect((await bl.run(['apply', '-f', 'm.yaml'])).stderr).toContain(
      'spec.runtime.task needs the secret TASK, which is not set',
    );
    const ours = await bl.run(['apply', '-f', 'm.yaml'], { env: { TASK: 'hush-hush' } });
    expect(ours.stderr).toContain(
      'spec.runtime.task must not hold a secret, because it is shown; use $secrets in',
    );
    await bl.write('m.yaml', model('a', '    envs: [{name: A, value: $secrets.TASK}]\n'));
    bl.platform.intercept = ({ method }) =>
      method === 'GET'
        ? undefined
        : {
            status: 400,
            body: {
              error: 'INVALID_INPUT',
              code: 400,
              message: 'spec has hush-hush',
              fields: [{ field: 'spec.runtime', rule: 'is wrong', received: '{"envs":[{"value":"hush-' }],
            },
          };
    const theirs = await bl.run(['apply', '-f', 'm.yaml', '-v', '-o', 'json'], {
      env: { TASK: 'hush-hush' },
    });
    expect(theirs.stderr).toContain('m.yaml: Model a (production): spec.runtime is wrong (received ***)');
    expect(ours.stderr + theirs.stderr + theirs.stdout).not.toContain('hush');
  });

  it('goes on after a document that is refused, exits by the first refusal and explains the order', async () => {
    await bl.write('m.yaml', `${model('a')}---\n${policy}`);
    bl.platform.intercept = ({ method, path }) =>
      method === 'POST' && path.endsWith('/models')
        ? { status: 400, body: { error: 'INVALID_INPUT', code: 400, message: 'there is no policy "cpu"' } }
        : undefined;
    const { code, stdout, stderr } = await bl.run(['apply', '-f', 'm.yaml']);
    expect([code, stdout]).toEqual([2, 'Resource Policy:cpu created\n']);
    expect(stderr).toBe(
      'error: m.yaml (document 1): Model a (production): there is no policy "cpu"; Policy cpu comes later in what is applied: move it before this document\n',
    );
  });

  it('stops at once when the key is not taken, says where it came from, and counts what was not sent', async () => {
    await bl.write('m.yaml', `${model('a')}---\n${policy}`);
    const { code, stdout, stderr } = await bl.run(['apply', '-f', 'm.yaml', '-o', 'json'], {
      env: { BL_API_KEY: 'wrong' },
    });
    expect(code).toBe(4);
    expect(stderr).toContain('the key came from BL_API_KEY');
    expect(JSON.parse(stdout)).toMatchObject({
      applied: [],
      failed: [
        { name: 'a', code: 'AUTHENTICATION_FAILED' },
        { name: 'cpu', message: expect.stringContaining('was not sent') },
      ],
      success: false,
    });
    expect(bl.platform.requests).toHaveLength(1);
  });

  it('prints one summary as JSON', async () => {
    await bl.write('m.yaml', model('a'));
    const { stdout } = await bl.run(['apply', '-f', 'm.yaml', '-o', 'json', '--wait']);
    expect(JSON.parse(stdout)).toEqual({
      applied: [
        {
          kind: 'Model',
          name: 'a',
          environment: 'production',
          result: 'created',
          state: 'done',
          reason: 'ready',
        },
      ],
      failed: [],
      success: true,
    });
  });

  const failed = (message: string) => ({
    status: 'FAILED' as const,
    events: [{ time: '', type: 'failed', status: 'FAILED' as const, message }],
  });

  it('waits until a model is ready and shows its way, a line for each change', async () => {
    bl.platform.store.modelStatus = 'DEPLOYING';
    await bl.write('m.yaml', model('a'));
    const running = bl.start(['apply', '-f', 'm.yaml', '--wait']);
    await waitFor('the first look', () => running.stderr().includes('DEPLOYING'));
    bl.platform.store.observe('a', 'production', { status: 'DEPLOYED' });
    await waitFor('the end', async () => {
      await bl.clock.advance(250);
      return running.stdout().includes('ready');
    });
    const { code, stdout, stderr } = await running.ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Resource Model:a created\nModel:a \(production\) ready after \S+ at http:\S+\/default\/models\/a\n$/,
    );
    expect(stderr).toMatch(
      /^ {2}a \(production\) DEPLOYING \S+ no reason was given\n {2}a \(production\) DEPLOYED \S+ ready\n$/,
    );
  });

  it('fails with the reason when the model cannot become ready, without waiting for the time to end', async () => {
    bl.platform.store.modelStatus = 'FAILED';
    await bl.write('m.yaml', model('a'));
    bl.platform.intercept = ({ method }) => {
      if (method === 'GET' && bl.platform.requests.length > 2) {
        bl.platform.store.observe('a', 'production', failed('MODEL_MISSING: /models/a does not exist'));
      }
      return undefined;
    };
    const { code, stderr } = await bl.run(['apply', '-f', 'm.yaml', '--wait']);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /error: Model:a \(production\) failed after \S+: MODEL_MISSING: \/models\/a does not exist\n$/,
    );
  });

  it('gives up when the time is over and says where to look', async () => {
    bl.platform.store.modelStatus = 'DEPLOYING';
    await bl.write('m.yaml', model('a'));
    const running = bl.start(['apply', '-f', 'm.yaml', '--wait', '--timeout', '2s']);
    let ended = false;
    void running.ended.then(() => {
      ended = true;
    });
    await waitFor('the end', async () => {
      await bl.clock.advance(250);
      return ended;
    });
    const { code, stderr } = await running.ended;
    expect(code).toBe(6);
    expect(stderr).toMatch(
      /error: Model:a \(production\) is not ready after 2s: .*; see `bl get model a -e production -o pretty`/,
    );
  });

  it('draws over its own lines on a terminal, and ends with 130 on Ctrl-C', async () => {
    bl.platform.store.modelStatus = 'DEPLOYING';
    await bl.write('m.yaml', model('a'));
    const running = bl.start(['apply', '-f', 'm.yaml', '--wait'], { terminal: true });
    await waitFor('a second drawing', async () => {
      await bl.clock.advance(250);
      return running.stderr().includes('\u001b[1F\u001b[J');
    });
    running.stop();
    expect((await running.ended).code).toBe(130);
  });

  it.each([
    [['apply'], /required option '-f, --filename <path>' not specified; see bl apply --help/],
    [['apply', '-f', 'none.yaml'], /none.yaml does not exist; check the path/],
    [['apply', '-f', '.'], /the directory \. holds no \.yaml, \.yml or \.json file; -R looks/],
    [['apply', '-f', 'x', '--timeout', 'soon'], /must be a duration such as 30s or 5m; see bl apply --help/],
  ])('says how %j is wrong', async (argv, message) => {
    const { code, stderr } = await bl.run(argv);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
