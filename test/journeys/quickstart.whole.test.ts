import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');

describe('the quickstart', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'beeline-quickstart-'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  async function quickstart(): Promise<{ code: number; output: string }> {
    const flags = [
      '--once',
      '--port',
      '0',
      '--data-dir',
      join(home, 'data'),
      '--config',
      join(home, 'config.yaml'),
    ];
    const child = spawn(process.execPath, [join(root, 'tools/src/quickstart.ts'), ...flags], { cwd: home });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    const [code] = (await once(child, 'close')) as [number];
    return { code, output };
  }

  it('starts a platform, deploys a real model, prints its answer and where the time went, and ends', async () => {
    const { code, output } = await quickstart();
    expect(output).toMatch(/POSITIVE/);
    expect(output).toMatch(/queue .*, start .*, load .*, run /);
    expect(code).toBe(0);
    expect((await stat(join(home, 'config.yaml'))).mode & 0o777).toBe(0o600);
  });

  it('finds its data again the second time', async () => {
    const { code, output } = await quickstart();
    expect(output).toMatch(/POSITIVE/);
    expect(output).not.toMatch(/made and started/);
    expect(code).toBe(0);
  });
});
