import { describe, expect, it } from 'vitest';
import { buildLaunchSpec } from './build-launch-spec.ts';

const request = {
  modelDirectory: '/models/one',
  socketPath: '/run/one.sock',
  modelName: 'one',
  task: null,
  dtype: null,
  envs: {},
  startTimeoutMs: 5000,
};

describe('launch spec', () => {
  it('starts this Node with the entry and the flags of the request', () => {
    const { argv, ready } = buildLaunchSpec({ ...request, task: 'text-generation', dtype: 'q8' });
    expect(argv[0]).toBe(process.execPath);
    expect(argv[1]).toMatch(/\/src\/main\.ts$/);
    expect(argv.slice(2).join(' ')).toBe(
      '--model-dir /models/one --socket /run/one.sock --model-name one --task text-generation --dtype q8',
    );
    expect(ready).toEqual({ path: '/health', timeoutMs: 5000 });
  });

  it('gives the process nothing but the variables of the request and a locale', () => {
    expect(buildLaunchSpec({ ...request, envs: { A: 'b' } }).env).toEqual({ LANG: 'C.UTF-8', A: 'b' });
  });

  it('keeps compiled code where the platform says', () => {
    const { env } = buildLaunchSpec({ ...request, codeCacheDirectory: '/var/cache/code' });
    expect(env.NODE_COMPILE_CACHE).toBe('/var/cache/code');
  });

  it('counts tokens in OpenAI bodies only for text generation', () => {
    expect(buildLaunchSpec({ ...request, task: 'text-generation' }).usageDialect).toBe('openai');
    expect(buildLaunchSpec({ ...request, task: 'text-classification' }).usageDialect).toBe('headers');
  });

  it.each([
    [{ modelDirectory: 'models/one' }, 'modelDirectory must be an absolute path'],
    [{ socketPath: 'one.sock' }, 'socketPath must be an absolute path'],
    [{ socketPath: `/${'x'.repeat(120)}` }, 'socketPath must be at most 107 bytes'],
    [{ envs: { NODE_OPTIONS: '--require /x' } }, "received 'NODE_OPTIONS'"],
    [{ envs: { LD_PRELOAD: '/x.so' } }, "received 'LD_PRELOAD'"],
  ])('refuses %j', (change, message) => {
    expect(() => buildLaunchSpec({ ...request, ...change })).toThrow(message);
  });
});
