import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';

const seam = JSON.stringify(new URL('./close-on-signal.ts', import.meta.url).href);
let directory: string;
let child: ChildProcess | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'bl-signal-'));
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await rm(directory, { recursive: true });
});

/** A process that is told to stop once; `close` is what its closing does. */
async function stopOnce(close: string, signal: NodeJS.Signals = 'SIGTERM') {
  const pipe = join(directory, 'pipe');
  execFileSync('sh', ['-c', 'mkfifo "$0"', pipe]);
  const program = `
    import { createReadStream } from 'node:fs';
    import { closeOnSignal } from ${seam};
    const pipe = ${JSON.stringify(pipe)};
    setInterval(() => {}, 1000);
    closeOnSignal({
      logger: { error: () => console.log('failed') },
      onSignal: (signal) => console.log(signal),
      close: async () => { ${close} },
    });
    console.log('up');`;
  child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const lines: Interface = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const next = lines[Symbol.asyncIterator]();
  expect((await next.next()).value).toBe('up');
  child.kill(signal);
  expect((await next.next()).value).toBe(signal);
  return { child, ended, next };
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s closes the process, which then exits with 0',
  async (signal) => {
    const { ended } = await stopOnce('', signal);
    expect(await ended).toEqual([0, null]);
  },
);

test('closing that fails is told, and the process exits with 1', async () => {
  const { ended, next } = await stopOnce('throw new Error("no")');
  expect((await next.next()).value).toBe('failed');
  expect(await ended).toEqual([1, null]);
});

test.each([
  ['closing never ends', 'console.log("hangs"); await new Promise(() => {})'],
  ['a loop never ends', 'console.log("hangs"); for (;;);'],
  [
    'every thread for files hangs',
    'for (let i = 0; i < 8; i += 1) createReadStream(pipe); console.log("hangs"); await new Promise(() => {})',
  ],
  ['a thread hangs and closing is done', 'createReadStream(pipe); console.log("hangs")'],
])('a second signal ends the process although %s', async (_name, close) => {
  const { child, ended, next } = await stopOnce(close);
  expect((await next.next()).value).toBe('hangs');
  child.kill('SIGTERM');
  expect(await ended).toEqual([null, 'SIGTERM']);
});
