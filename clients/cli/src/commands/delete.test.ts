import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBl, type TestBl } from '../testing/start-bl.ts';

const manifests = `apiVersion: beeline.dev/v1alpha1
kind: Policy
metadata: {name: cpu}
spec: {type: flavor, flavors: [{name: x86, type: cpu}]}
---
apiVersion: beeline.dev/v1alpha1
kind: Model
metadata: {name: a, environment: development}
spec: {runtime: {model: file:/models/a}}
`;

describe('bl delete', () => {
  let bl: TestBl;
  beforeEach(async () => {
    bl = await startBl();
    await bl.run(['apply', '-f', '-'], { stdin: manifests });
  });
  afterEach(() => bl.close());
  const deletions = () =>
    bl.platform.requests.filter(({ method }) => method === 'DELETE').map(({ path, query }) => [path, query]);

  it('deletes by kind and name, in the environment that is given', async () => {
    expect(await bl.run(['delete', 'model', 'a', '-e', 'development'])).toEqual({
      code: 0,
      stdout: 'Resource Model:a deleted\n',
      stderr: '',
    });
    expect((await bl.run(['delete', 'pol', 'cpu'])).stdout).toBe('Resource Policy:cpu deleted\n');
    expect(deletions()).toEqual([
      ['/v0/models/a', { environment: 'development' }],
      ['/v0/policies/cpu', {}],
    ]);
  });

  it('leaves the choice of the environment to the platform when none is given', async () => {
    await bl.run(['delete', 'model', 'a']);
    expect(deletions()).toEqual([['/v0/models/a', {}]]);
  });

  it('deletes what manifests name, the last first', async () => {
    await bl.write('m.yaml', manifests);
    expect((await bl.run(['delete', '-f', 'm.yaml'])).stdout).toBe(
      'Resource Model:a deleted\nResource Policy:cpu deleted\n',
    );
  });

  it('goes on after one that does not exist, and exits with 3', async () => {
    await bl.write('m.yaml', manifests);
    await bl.run(['delete', 'model', 'a', '-e', 'development']);
    const { code, stdout, stderr } = await bl.run(['delete', '-f', 'm.yaml', '-o', 'json']);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^error: Model:a: there is no models object "a"/);
    expect(JSON.parse(stdout)).toMatchObject({
      deleted: [{ kind: 'Policy', name: 'cpu' }],
      failed: [{ kind: 'Model', name: 'a', code: 'RESOURCE_NOT_FOUND' }],
      success: false,
    });
  });

  it('speaks of the flag where the platform speaks of its query', async () => {
    bl.platform.intercept = () => ({
      status: 400,
      body: { error: 'INVALID_INPUT', code: 400, message: 'deployed twice: say which with ?environment=' },
    });
    expect((await bl.run(['delete', 'model', 'a'])).stderr).toBe(
      'error: Model:a: deployed twice: say which with -e NAME\n',
    );
  });

  it.each([
    [['delete', 'sentiment'], /\(received sentiment\); write bl delete model sentiment\n/],
    [['delete'], /the kind must be one of environment, policy, model\n/],
    [['delete', 'modle', 'a'], /\(received modle\); did you mean model\?/],
    [
      ['delete', 'location', 'local'],
      /the kind must be one of environment, policy, model \(received location\)/,
    ],
    [['delete', 'model'], /the name is missing; write bl delete model NAME/],
    [['delete', 'model', 'a', '-f', 'm.yaml'], /either a kind and a name, or -f, not both/],
  ])('says how %j is wrong', async (argv, message) => {
    const { code, stderr } = await bl.run(argv);
    expect([code, deletions()]).toEqual([2, []]);
    expect(stderr).toMatch(message);
  });
});
