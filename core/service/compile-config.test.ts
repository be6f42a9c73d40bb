import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Secret } from '../base/index.ts';
import { compileConfig, settings } from './compile-config.ts';

const table = {
  port: settings.integer({ description: 'Port', default: '8787', min: 0, max: 65_535 }),
  queueTimeout: settings.durationMs({ description: 'Wait', default: '100s' }),
  cacheSize: settings.bytes({ description: 'Cache', default: '5GiB' }),
  logLevel: settings.choice({ description: 'Level', default: 'info', choices: ['info', 'debug'] }),
  threads: settings.integerOrAuto({ description: 'Threads', default: 'auto', min: 1, max: 9 }),
  once: settings.flag({ description: 'Once', default: 'false' }),
  databaseUrl: settings.secret({ description: 'Database', default: null }),
};

describe('a configuration', () => {
  it('has typed defaults, frozen', () => {
    const config = compileConfig(table, { env: {} });
    expect(config).toEqual({
      port: 8787,
      queueTimeout: 100_000,
      cacheSize: 5_368_709_120,
      logLevel: 'info',
      threads: null,
      once: false,
      databaseUrl: null,
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('takes flags before the environment before the file', () => {
    const file = { port: 1, queueTimeout: '1s', logLevel: 'debug' };
    const config = compileConfig(table, {
      file,
      env: { BL_PORT: '2', BL_QUEUE_TIMEOUT: '2s' },
      argv: ['--port', '3', '--once', '--threads=2'],
    });
    expect(config).toMatchObject({ port: 3, threads: 2, queueTimeout: 2_000, logLevel: 'debug', once: true });
  });

  it('makes paths absolute and knows the home of the account', () => {
    const paths = { dataDir: settings.path({ description: 'Data', default: '~/.beeline/data' }) };
    expect(compileConfig(paths, { env: {} }).dataDir).toBe(join(homedir(), '.beeline/data'));
    expect(compileConfig(paths, { env: { BL_DATA_DIR: 'here' } }).dataDir).toBe(join(process.cwd(), 'here'));
  });

  it('tells of an unknown flag once, its value included', () => {
    expect(() => compileConfig(table, { env: {}, argv: ['--prot', '1', '--once'] })).toThrow(
      /^--prot is not a known flag; did you mean --port\?$/,
    );
  });

  it('keeps secrets in a Secret', () => {
    expect(
      compileConfig(table, { env: { BL_DATABASE_URL: 'postgres://u:p@h/d' } }).databaseUrl,
    ).toBeInstanceOf(Secret);
  });

  it.each([
    [{ argv: ['--prot=1'] }, '--prot=1 is not a known flag; did you mean --port?'],
    [{ file: { prot: 1 } }, 'prot is not a known setting; did you mean "port"?'],
    [{ argv: ['--port', '--once'] }, '--port needs a value; write --port VALUE'],
    [{ argv: ['--once', '--database-url'] }, '--database-url needs a value; write --database-url VALUE'],
    [{ argv: ['--port=http'] }, '--port must be a whole number from 0 to 65535 (received "http")'],
    [
      { env: { BL_QUEUE_TIMEOUT: '5' } },
      'BL_QUEUE_TIMEOUT must be a duration such as 500ms, 30s or 5m (received "5")',
    ],
    [{ file: { cacheSize: 'big' } }, 'cacheSize must be a size'],
    [{ argv: ['--threads=0'] }, '--threads must be a whole number from 1 to 9, or auto (received "0")'],
    [{ argv: ['--log-level', 'loud'] }, '--log-level must be one of info, debug (received "loud")'],
  ])('refuses %j', (sources, message) => {
    expect(() => compileConfig(table, { env: {}, ...sources })).toThrow(message);
  });
});
