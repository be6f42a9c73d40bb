import type { MessagePort } from 'node:worker_threads';
import type { Steps } from '@beeline/core/model-files';
import { createFileJobs, type FileJobName } from './file-jobs.ts';
import { type FromFileThread, packError, type ToFileThread } from './thread-messages.ts';

/** Does jobs a part at a time in turns, so that a short one never waits for the end of a long one. */
export function serveFileJobs(port: MessagePort): void {
  const table = createFileJobs() as Record<FileJobName, (request: never) => Steps<unknown>>;
  const running = new Map<number, Steps<unknown>>();
  let scheduled = false;

  const answer = (message: FromFileThread) => {
    running.delete(message.id);
    port.postMessage(message);
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
