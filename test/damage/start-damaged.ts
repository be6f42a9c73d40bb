import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const program = join(import.meta.dirname, '../../planes/standalone/src/main.ts');
const longestMs = 60_000;

/** A platform that runs, or the lines that its start ended with. */
export type Started =
  | { readonly url: string; stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> }
  | { readonly lines: readonly string[] };

/** Starts the program itself on a data directory; it is to be stopped by whoever gets it. */
export async function startDamaged(dataDir: string, flags: readonly string[] = []): Promise<Started> {
  const files = ['--data-dir', dataDir, '--config', `${dataDir}-config.yaml`];
  const child = spawn(
    process.execPath,
    [program, ...files, '--port', '0', '--log-level', 'silent', ...flags],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH } },
  );
  const ended = once(child, 'close');
  let complaints = '';
  child.stderr.on('data', (bytes: Buffer) => {
    complaints += bytes.toString();
  });
  const ready = new Promise<string>((resolve) => {
    let said = '';
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      const url = /API (\S+)\/v0,/.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), longestMs);
  const url = await Promise.race([ready, ended.then(() => null)]);
  clearTimeout(limit);
  if (url === null) return { lines: complaints.trimEnd().split('\n') };
  return {
    url,
    async stop(signal) {
      child.kill(signal);
      await ended;
    },
  };
}
