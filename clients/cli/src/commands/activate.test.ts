import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startBl, type TestBl } from '../testing/start-bl.ts';

describe('bl activate and deactivate', () => {
  let bl: TestBl;
  beforeEach(async () => {
    bl = await startBl();
    bl.platform.store.create('models', {
      metadata: { name: 'm', labels: { team: 'nlp' } },
      spec: { runtime: { model: 'file:///m', task: 'text-generation' } },
    });
  });
  afterEach(() => bl.close());

  it('switches a deployment and nothing else of it', async () => {
    const before = bl.platform.store.get('models', 'm', {});
    expect(await bl.run(['deactivate', 'm', '--wait'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^Resource Model:m deactivated\nModel:m \(production\) deactivated after \S+\n$/,
      ),
    });
    const after = bl.platform.store.get('models', 'm', {});
    expect(after).toMatchObject({ status: 'DEACTIVATED', spec: { ...before.spec, enabled: false } });
    expect(after.metadata).toEqual({ ...before.metadata, generation: 2 });
    expect((await bl.run(['activate', 'model', 'm'])).stdout).toBe('Resource Model:m activated\n');
    expect((await bl.run(['activate', 'model', 'm'])).stdout).toBe('Resource Model:m unchanged\n');
    expect(bl.platform.store.get('models', 'm', {})).toMatchObject({ spec: before.spec });
  });

  it('exits with 3 when it is not deployed there, and with 5 when somebody changed it meanwhile', async () => {
    expect((await bl.run(['deactivate', 'm', '-e', 'development'])).code).toBe(3);
    bl.platform.intercept = ({ method }) =>
      method === 'PUT'
        ? { status: 409, body: { error: 'RESOURCE_CONFLICT', code: 409, message: 'changed' } }
        : undefined;
    expect(await bl.run(['deactivate', 'm'])).toMatchObject({ code: 5, stderr: 'error: changed\n' });
  });

  it('takes one model at a time', async () => {
    expect((await bl.run(['activate', 'a', 'b'])).stderr).toContain('one model at a time (received a b)');
  });
});
