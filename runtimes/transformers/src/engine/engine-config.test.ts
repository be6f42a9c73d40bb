import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { compileEngineConfig, tunables } from './engine-config.ts';

const needed = ['--model-dir', '/m', '--socket', '/s', '--model-name', 'n'];

describe('engine configuration', () => {
  it('takes flags before variables before defaults', () => {
    expect(compileEngineConfig(needed, {}).threads).toBe(1);
    expect(compileEngineConfig(needed, { BL_THREADS: '3' }).threads).toBe(3);
    expect(compileEngineConfig([...needed, '--threads', '2'], { BL_THREADS: '3' }).threads).toBe(2);
  });

  it.each([
    [['--socket', '/s', '--model-name', 'n'], {}, '--model-dir must be given'],
    [
      [...needed, '--threads', '0'],
      {},
      "--threads (BL_THREADS) must be a whole number from 1 to 256; received '0'",
    ],
    [needed, { BL_MAX_BATCH: 'many' }, "received 'many'"],
    [[...needed, '--no-such-flag'], {}, '--no-such-flag'],
  ])('refuses %j with %j', (argv, env, message) => {
    expect(() => compileEngineConfig(argv, env)).toThrow(message);
  });

  it('is documented flag by flag with its default', async () => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    for (const [flag, variable, fallback] of tunables) {
      expect(readme).toContain(`| \`--${flag}\` | \`${variable}\` | ${fallback} |`);
    }
  });
});
