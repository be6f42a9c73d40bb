import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const launcher = fileURLToPath(new URL('../../../bl', import.meta.url));

function start(
  file: string,
  args: readonly string[],
  cwd: string,
  more: Readonly<Record<string, string>> = {},
) {
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(
      file,
      args,
      { cwd, env: { PATH: '/usr/bin:/bin', HOME: cwd, ...more } },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
    );
  });
}

describe('./bl', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'bl launcher-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it("runs on the repository's own Node.js, through links, from anywhere", async () => {
    await mkdir(join(dir, 'bin'));
    await symlink(launcher, join(dir, 'one'));
    await symlink('../one', join(dir, 'bin', 'bl'));
    const { code, stdout, stderr } = await start(join(dir, 'bin', 'bl'), ['version', '-o', 'json'], dir);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout).node).toMatch(/^24\./);
  });

  it('gives the exit code and the errors of the command', async () => {
    const { code, stdout, stderr } = await start(launcher, ['get', 'models'], dir, {
      BL_CONFIG: 'config.yaml',
    });
    expect([code, stdout]).toEqual([4, '']);
    expect(stderr).toContain(`there is no API key for the workspace "default" in ${dir}/config.yaml`);
  });

  it('keeps configuration and data inside the clone, unless told otherwise', async () => {
    await mkdir(join(dir, 'node_modules/node/bin'), { recursive: true });
    await copyFile(launcher, join(dir, 'bl'));
    const node = join(dir, 'node_modules/node/bin/node');
    await writeFile(node, '#!/bin/sh\necho "$BL_CONFIG" "$BL_DATA_DIR"\n', { mode: 0o755 });
    expect((await start(join(dir, 'bl'), [], dir)).stdout).toBe(
      `${dir}/.beeline/config.yaml ${dir}/.beeline/data\n`,
    );
    expect((await start(join(dir, 'bl'), [], dir, { BL_CONFIG: '/c', BL_DATA_DIR: '/d' })).stdout).toBe(
      '/c /d\n',
    );
  });

  it('says what to do when nothing is installed', async () => {
    await copyFile(launcher, join(dir, 'bl'));
    expect(await start(join(dir, 'bl'), ['version'], dir)).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: ${dir} has no Node.js yet; run \`npm ci\` there first\n`,
    });
  });
});
