import { describe, expect, it } from 'vitest';
import { compileControlConfig } from './config.ts';

const token = 'a-token-of-16-chars';

describe('compileControlConfig', () => {
  it('has a default for everything but the internal token', () => {
    expect(compileControlConfig({ env: { BL_INTERNAL_TOKEN: token } })).toMatchObject({
      databaseUrl: null,
      dataDir: '.beeline/control',
      host: '127.0.0.1',
      port: 8788,
      publicUrl: 'http://127.0.0.1:8787',
      logLevel: 'info',
    });
  });

  it.each([undefined, 'short'])('refuses the internal token %s', (value) => {
    expect(() => compileControlConfig({ env: { BL_INTERNAL_TOKEN: value } })).toThrow(/openssl rand/);
  });
});
