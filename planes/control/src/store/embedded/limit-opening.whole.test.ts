import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const limitOpening = JSON.stringify(join(import.meta.dirname, 'limit-opening.ts'));

function run(lines: string): {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stderr: string;
} {
  const program = `import { limitOpening } from ${limitOpening};\n${lines}`;
  const flags = ['--input-type=module-typescript', '--eval', program];
  return spawnSync(process.execPath, flags, { encoding: 'utf8', timeout: 50_000 });
}

it('a process that is kept busy for too long ends with one line', () => {
  const ended = run(`limitOpening('restore it from a backup', 500); for (;;);`);
  expect(ended).toMatchObject({ signal: 'SIGKILL', stderr: 'error: restore it from a backup\n' });
});

it('a process that is done in time goes on, and is not held by the limit', () => {
  const ended = run(`
    const end = limitOpening('too late', 500);
    end();
    const until = Date.now() + 1_000;
    while (Date.now() < until);
    limitOpening('never', 120_000);`);
  expect(ended).toMatchObject({ status: 0, signal: null, stderr: '' });
});
