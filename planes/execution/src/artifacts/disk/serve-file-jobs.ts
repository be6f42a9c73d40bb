import type { MessagePort } from 'node:worker_threads';
import type { Steps } from '@beeline/core/model-files';
import { createFileJobs, type FileJobName } from './file-jobs.ts';
import { type FileAnswer, type FromFileThread, packError, type ToFileThread } from './thread-messages.ts';

/** How often it is told at most that jobs get on. */
const aliveEveryMs = 1_000;

/** Does jobs a part at a time in turns, so that a short one never waits for the end of a long one. */
export function serveFileJobs(port: MessagePort, nowMs: () => number = () => performance.now()): void {
  const table = createFileJobs() as Record<FileJobName, (request: never) => Steps<unknown>>;
  const running = new Map<number, Steps<unknown>>();
  let scheduled = false;
  let toldMs = nowMs();

  const send = (message: FromFileThread) => port.postMessage(message);
  const answer = (message: FileAnswer) => {
    running.delete(message.id);
    send(message);
  };
  const advance = (id: number, steps: Steps<unknown>) => {
    try {
      const part = steps.next();
      if (part.done === true) answer({ id, result: part.value });
    } catch (thrown) {
      answer({ id, error: packError(thrown) });
    }
  };
  const turn = () => {
    scheduled = false;
    for (const [id, steps] of running) advance(id, steps);
    if (nowMs() - toldMs >= aliveEveryMs) {
      toldMs = nowMs();
      send({ alive: true });
    }
    schedule();
  };
  const schedule = () => {
    if (scheduled || running.size === 0) return;
    scheduled = true;
    setImmediate(turn);
  };

  port.on('message', (message: ToFileThread) => {
    if ('abandon' in message) {
      const steps = running.get(message.id);
      if (steps === undefined) return;
      steps.return(undefined);
      answer({ id: message.id, result: null });
      return;
    }
    running.set(message.id, table[message.job](message.request as never));
    schedule();
  });
}
