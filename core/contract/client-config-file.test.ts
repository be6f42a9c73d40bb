import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../base/index.ts';
import { loadClientConfig, saveCredentials } from './client-config-file.ts';

const credentials = {
  workspace: 'default',
  apiKey: new Secret('bl_secret'),
  apiUrl: 'http://127.0.0.1:8787/v0',
  runUrl: 'http://127.0.0.1:8787',
};

describe('the client configuration file', () => {
  let home = '';
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'bl-config-'));
  });
  afterEach(() => rm(home, { recursive: true }));

  it('is empty when it does not exist', async () => {
    expect(await loadClientConfig(join(home, 'none', 'config.yaml'))).toEqual({
      config: { context: {}, workspaces: [] },
      readableByOthers: false,
    });
  });

  it('is written for its owner alone, whole, and is read back', async () => {
    const path = join(home, '.beeline', 'config.yaml');
    await saveCredentials(path, credentials);
    await saveCredentials(path, { ...credentials, workspace: 'second' });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(home, '.beeline'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(home, '.beeline'))).toEqual(['config.yaml']);
    const { config, readableByOthers } = await loadClientConfig(path);
    expect(readableByOthers).toBe(false);
    expect(config.workspaces.map((entry) => entry.name)).toEqual(['default', 'second']);
  });

  it('is the only file that is left, also after a crash in the middle of a write', async () => {
    const path = join(home, 'config.yaml');
    await writeFile(`${path}.new`, 'apiKey: bl_half');
    await saveCredentials(path, credentials);
    expect(await readdir(home)).toEqual(['config.yaml']);
  });

  it('tells when other accounts can read it, and loses that mode when it is written', async () => {
    const path = join(home, 'config.yaml');
    await writeFile(path, 'workspaces: []\n');
    await chmod(path, 0o644);
    expect((await loadClientConfig(path)).readableByOthers).toBe(true);
    await saveCredentials(path, credentials);
    expect((await loadClientConfig(path)).readableByOthers).toBe(false);
  });

  it('says which path cannot be written and what to do', async () => {
    await writeFile(join(home, 'file'), '');
    await expect(saveCredentials(join(home, 'file', 'config.yaml'), credentials)).rejects.toThrowError(
      /cannot write the client configuration .*; set BL_CONFIG to another path/,
    );
  });
});
