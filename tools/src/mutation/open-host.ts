import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { HostAnswer, HostRequest } from './host-main.ts';

/** Runs tests on one mutant after the other, in a process that is replaced when it hangs. */
export interface Host {
  /** The first sentence that failed, or that the time was over; null when all held. */
  run(request: HostRequest, limitMs: number): Promise<string | null>;
  close(): void;
}

export function openHost(): Host {
  let child: ChildProcess | null = null;
  const end = () => {
    const { pid } = child ?? {};
    child = null;
    // Its workers are processes of its own group.
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  };
  return {
    run(request, limitMs) {
      child ??= fork(join(import.meta.dirname, 'host-main.ts'), { detached: true });
      const running = child;
      return new Promise((resolve, reject) => {
        const leave = () => {
          clearTimeout(limit);
          running.removeAllListeners();
        };
        const limit = setTimeout(() => {
          leave();
          end();
          resolve(`the tests did not end within ${limitMs} ms`);
        }, limitMs);
        running.once('message', ({ failed }: HostAnswer) => {
          leave();
          resolve(failed);
        });
        running.once('exit', (code) => {
          leave();
          child = null;
          reject(new Error(`the process that runs the tests ended with ${code}`));
        });
        running.send(request);
      });
    },
    close: end,
  };
}
