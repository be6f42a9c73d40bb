import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repositoryRoot } from './source-files.ts';

describe('tools/install.mjs', () => {
  let clone: string;
  beforeEach(() => {
    clone = mkdtempSync(join(tmpdir(), 'beeline install '));
    mkdirSync(join(clone, 'tools'));
    mkdirSync(join(clone, 'node_modules'));
    copyFileSync(join(repositoryRoot, 'tools/install.mjs'), join(clone, 'tools/install.mjs'));
    writeFileSync(join(clone, 'package-lock.json'), '{}');
  });
  afterEach(() => rmSync(clone, { recursive: true, force: true }));

  /** Runs it with a program in npm's place. */
  function install(program: string) {
    const npm = join(clone, 'npm.js');
    writeFileSync(npm, program);
    const child = spawn(process.execPath, [join(clone, 'tools/install.mjs')], {
      env: { ...process.env, npm_execpath: npm },
      stdio: 'ignore',
    });
    return { child, ended: once(child, 'exit') };
  }
  const exists = (name: string) => existsSync(join(clone, name));

  it('installs once for each lock file', async () => {
    const program = "require('node:fs').appendFileSync(__dirname + '/ran', process.argv[2])";
    for (const lock of ['{}', '{}', '{"a":1}']) {
      writeFileSync(join(clone, 'package-lock.json'), lock);
      expect(await install(program).ended).toEqual([0, null]);
    }
    expect(readFileSync(join(clone, 'ran'), 'utf8')).toBe('cici');
  });

  it('fails with npm, and installs again the next time', async () => {
    expect(await install('process.exit(7)').ended).toEqual([1, null]);
    expect(exists('node_modules/.installed-lock')).toBe(false);
  });

  it('ends npm with itself on Ctrl-C, although npm would go on', async () => {
    const { child, ended } = install(`
      process.on('SIGINT', () => {});
      require('node:fs').writeFileSync(__dirname + '/pid', String(process.pid));
      setInterval(() => {}, 1000);`);
    await waitFor('npm', () => exists('pid') && readFileSync(join(clone, 'pid'), 'utf8') !== '');
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    const npm = Number(readFileSync(join(clone, 'pid'), 'utf8'));
    expect(() => process.kill(npm, 0)).toThrowError(/ESRCH/);
  });
});
