import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { DatabaseCase, DatabaseOutcome } from './open-damaged.ts';

/** What came of one case; `died` has what the process said last. */
export type WalkedOutcome = DatabaseOutcome | { readonly died: string };

/** Opens damaged databases, one after the other. */
export interface DatabaseWalker {
  open(one: DatabaseCase): Promise<WalkedOutcome>;
  close(): Promise<void>;
}

const program = join(import.meta.dirname, 'open-damaged.ts');

/** Cases are made from the data directory `whole` in the directory `copy`. A process that dies is followed by another. */
export function walkDatabase(whole: string, copy: string): DatabaseWalker {
  let child: ChildProcess | null = null;
  let said = '';

  function start(): ChildProcess {
    const started = fork(program, [whole, copy], { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
    said = '';
    started.stderr?.on('data', (bytes: Buffer) => {
      said = `${said}${bytes}`.slice(-2_000);
    });
    child = started;
    return started;
  }

  return {
    async open(one) {
      const running = child ?? start();
      const settled = new AbortController();
      const { signal } = settled;
      try {
        const answer = once(running, 'message', { signal }).then(([outcome]) => outcome as DatabaseOutcome);
        const death = once(running, 'close', { signal }).then(() => {
          child = null;
          return { died: said.trim() };
        });
        running.send(one);
        return await Promise.race([answer, death]);
      } catch (error) {
        child = null;
        throw error;
      } finally {
        settled.abort();
      }
    },
    async close() {
      if (child === null) return;
      // Whoever disconnects is told of the exit, and never of a close.
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
