import { Secret } from '@beeline/core/base';
import type { ClientConfig } from '@beeline/core/contract';
import { describe, expect, it } from 'vitest';
import { resolveSettings } from './resolve-settings.ts';

const config: ClientConfig = {
  context: { workspace: 'acme', environment: 'development' },
  workspaces: [
    { name: 'acme', apiUrl: 'http://acme:1/v0', runUrl: 'http://run.acme:1', apiKey: new Secret('acme-key') },
    { name: 'other', apiKey: new Secret('other-key') },
    { name: 'keyless' },
  ],
};
const resolve = (
  flags: { workspace?: string; env?: string },
  env: Record<string, string>,
  from: ClientConfig = config,
) => {
  const { apiKey, ...rest } = resolveSettings({ flags, env, config: from, configPath: '/c.yaml' });
  return { ...rest, key: apiKey.reveal() };
};

describe('resolveSettings', () => {
  it('takes everything from the file', () => {
    expect(resolve({}, {})).toEqual({
      apiUrl: 'http://acme:1/v0',
      runUrl: 'http://run.acme:1',
      apiKeySource: '/c.yaml',
      key: 'acme-key',
      workspace: 'acme',
      environment: 'development',
    });
  });

  it('lets variables win over the file, and flags over variables', () => {
    const env = {
      BL_WORKSPACE: 'other',
      BL_API_KEY: 'k',
      BL_API_URL: 'https://x/v0',
      BL_RUN_URL: 'https://run.x',
    };
    expect(resolve({}, env)).toMatchObject({
      workspace: 'other',
      key: 'k',
      apiKeySource: 'BL_API_KEY',
      apiUrl: 'https://x/v0',
      runUrl: 'https://run.x',
    });
    expect(resolve({ workspace: 'third', env: 'staging' }, env)).toMatchObject({
      workspace: 'third',
      environment: 'staging',
    });
  });

  it('ignores variables that are empty', () => {
    expect(resolve({}, { BL_WORKSPACE: '', BL_API_KEY: '', BL_API_URL: '' })).toMatchObject({
      key: 'acme-key',
    });
  });

  it('goes to this machine when nothing says where, and to the inference endpoint beside the API', () => {
    expect(resolve({ workspace: 'other' }, {})).toMatchObject({
      apiUrl: 'http://127.0.0.1:8787/v0',
      runUrl: 'http://127.0.0.1:8787',
      key: 'other-key',
    });
    expect(resolve({}, { BL_API_URL: 'https://x:9/v0' }).runUrl).toBe('https://x:9');
  });

  it('takes the only workspace of the file, or "default"', () => {
    const [acme] = config.workspaces;
    const only = { context: {}, workspaces: acme === undefined ? [] : [acme] };
    expect(resolve({}, {}, only).workspace).toBe('acme');
    expect(resolve({}, { BL_API_KEY: 'k' }, { context: {}, workspaces: [] })).toMatchObject({
      workspace: 'default',
      environment: null,
    });
  });

  it('says which workspaces have a key when the one that is meant has none', () => {
    expect(() => resolve({ workspace: 'keyless' }, {})).toThrowError(
      'there is no API key for the workspace "keyless" in /c.yaml (it has one for acme, other); set BL_API_KEY, or start',
    );
  });

  it.each(['http://me:hush@x/v0', 'https://hush@x'])('refuses %s without repeating what it holds', (url) => {
    const attempt = () => resolve({}, { BL_RUN_URL: url });
    expect(attempt).toThrowError(/^BL_RUN_URL must have no user name and no password in it; the key goes/);
    expect(attempt).not.toThrowError(/hush/);
  });

  it.each(['localhost:8787', 'ftp://x', '/v0', 'http://x/v0?a=b', 'http://x/v0#a'])(
    'refuses the address %s',
    (url) => {
      expect(() => resolve({}, { BL_API_URL: url })).toThrowError(
        `BL_API_URL must be an address such as http://127.0.0.1:8787/v0 (received "${url}")`,
      );
    },
  );
});
