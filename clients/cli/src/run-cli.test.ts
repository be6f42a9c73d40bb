import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { saveCredentials } from '@beeline/core/contract';
import { startFakePlatform } from '@beeline/sdk/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandTable } from './command-table.ts';
import { startBl, type TestBl } from './testing/start-bl.ts';

describe('bl', () => {
  let bl: TestBl;
  beforeEach(async () => {
    bl = await startBl();
  });
  afterEach(() => bl.close());

  it('lists every command in its help, without asking the platform anything', async () => {
    const { code, stdout } = await bl.run(['--help']);
    expect(code).toBe(0);
    for (const { name } of commandTable) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(bl.platform.requests).toEqual([]);
  });

  it.each(commandTable.map(({ name }) => [name]))('has help with examples for %s', async (name) => {
    const asFlag = await bl.run([name, '--help']);
    expect(asFlag).toMatchObject({ code: 0, stderr: '' });
    expect(asFlag.stdout).toContain('Examples:\n');
    expect(await bl.run(['help', name])).toEqual(asFlag);
  });

  it.each([
    [[], 'error: no command was given; see bl --help\n'],
    [['gte'], "error: unknown command 'gte' (Did you mean get?); see bl --help\n"],
    [
      ['get', 'models', '--wtch'],
      "error: unknown option '--wtch' (Did you mean --watch?); see bl get --help\n",
    ],
    [['get'], "error: missing required argument 'kind'; see bl get --help\n"],
    [['completion', 'fish'], /It must be one of bash, zsh; see bl completion --help\n$/],
  ])('answers %j with one line and exit code 2', async (argv, message) => {
    const { code, stdout, stderr } = await bl.run(argv);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('takes global flags before and after the command; those after it win', async () => {
    const { stdout } = await bl.run(['-o', 'yaml', 'version']);
    expect(stdout).toMatch(/^bl: \d/);
    expect((await bl.run(['-o', 'yaml', 'version', '-o', 'json'])).stdout).toMatch(/^{/);
    expect((await bl.run(['version'])).stdout).toMatch(/^bl \d+\.\d+\.\d+ \(Node\.js \d+/);
  });

  it('says that nothing listens, with exit code 6', async () => {
    const gone = await startFakePlatform();
    await gone.close();
    const result = await bl.run(['get', 'models'], { env: { BL_API_URL: gone.apiUrl } });
    expect(result).toEqual({
      code: 6,
      stdout: '',
      stderr: `error: nothing listens at ${gone.runUrl}; start the platform with \`bl up\`, or check the address\n`,
    });
  });

  it('uses the configuration file, and warns when others can read it', async () => {
    const path = join(bl.dir, 'config.yaml');
    const { apiKey, apiUrl, runUrl } = bl.platform;
    await saveCredentials(path, { workspace: 'default', apiKey, apiUrl, runUrl });
    const env = { BL_API_KEY: '', BL_API_URL: '', BL_CONFIG: 'config.yaml' };
    expect(await bl.run(['get', 'models'], { env })).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining('warning'),
    });
    await chmod(path, 0o644);
    expect((await bl.run(['get', 'models'], { env })).stderr).toContain(
      `warning: others can read ${path}, which holds API keys; run \`chmod 600 ${path}\``,
    );
  });

  it('shows code, request and detail of an error with -v alone', async () => {
    const short = await bl.run(['get', 'env', 'none']);
    expect(short.stderr).not.toContain('RESOURCE_NOT_FOUND');
    const long = await bl.run(['get', 'env', 'none', '-v']);
    expect(long.stderr).toContain('  RESOURCE_NOT_FOUND, request req_1\n');
  });

  it('gives the request id of a defect of the platform', async () => {
    bl.platform.intercept = () => ({
      status: 500,
      body: { error: 'INTERNAL_ERROR', code: 500, message: 'a defect', requestId: 'req_9' },
    });
    expect(await bl.run(['get', 'models'])).toMatchObject({
      code: 1,
      stderr: 'error: a defect\n  request req_9\n',
    });
  });

  it.each(['bash', 'zsh'])('completes commands in %s', async (shell) => {
    const { stdout } = await bl.run(['completion', shell]);
    for (const { name } of commandTable) expect(stdout).toContain(name);
  });
});
