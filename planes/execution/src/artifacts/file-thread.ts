import { Worker } from 'node:worker_threads';
import type { Clock } from '@beeline/core/base';
import type { FileJobName, FileJobs } from './disk/file-jobs.ts';
import {
  type FileAnswer,
  type FromFileThread,
  type ToFileThread,
  unpackError,
} from './disk/thread-messages.ts';

/**
 * A thread of its own for work with files. Reading, writing and hashing there takes no thread of the pool that all
 * other files, look-ups of names and compression of this process share, however slow a disk is.
 */
export interface FileThread {
  /** @throws what the job throws; the reason of the signal when that comes first. */
  run<N extends FileJobName>(
    job: N,
    request: FileJobs[N]['request'],
    signal?: AbortSignal,
  ): Promise<FileJobs[N]['result']>;
  /** Gives up all jobs. Does not wait for a disk that does not answer. */
  close(): void;
}

/** What `openFileThread` needs of a thread. */
export type FileWorker = Pick<Worker, 'postMessage' | 'ref' | 'unref' | 'terminate'> & {
  on(event: 'message', listener: (message: FromFileThread) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
};

/** When a thread that says nothing is given up: it hangs in a call of a file system that does not answer. */
export interface StallLimit {
  readonly ms: number;
  readonly clock: Pick<Clock, 'setTimer'>;
  /** What its jobs throw then. */
  error(): Error;
}

const startWorker = (): FileWorker =>
  new Worker(new URL('./disk/run-file-thread.ts', import.meta.url), { name: 'files' });

interface Pending {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** `keep`: whether the thread stays when it has nothing to do, with what it remembers; otherwise the next job starts one. */
export function openFileThread({
  keep,
  stall,
  startThread = startWorker,
}: {
  readonly keep: boolean;
  readonly stall?: StallLimit;
  readonly startThread?: () => FileWorker;
}): FileThread {
  const pending = new Map<number, Pending>();
  let worker: FileWorker | null = null;
  let lastId = 0;
  let closed = false;
  let cancelStall = () => {};

  const watch = () => {
    cancelStall();
    if (stall === undefined || pending.size === 0) return;
    cancelStall = stall.clock.setTimer(stall.ms, () => end(stall.error()));
  };
  const failAll = (error: Error) => {
    worker = null;
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
    watch();
  };
  const end = (reason: Error) => {
    const ending = worker;
    failAll(reason);
    // One that hangs may never end; it must not keep the process.
    ending?.unref();
    void ending?.terminate();
  };
  const lose = (lost: FileWorker, reason: string) => {
    if (worker === lost) failAll(new Error(`the thread for files ended: ${reason}`));
  };
  const rest = () => {
    if (pending.size > 0 || worker === null) return;
    if (keep) worker.unref();
    else {
      const idle = worker;
      worker = null;
      void idle.terminate();
    }
  };
  const settle = (answer: FileAnswer) => {
    const job = pending.get(answer.id);
    pending.delete(answer.id);
    if ('error' in answer) job?.reject(unpackError(answer.error));
    else job?.resolve(answer.result);
    rest();
  };
  const start = (): FileWorker => {
    const started = startThread();
    started.on('message', (message: FromFileThread) => {
      if ('id' in message) settle(message);
      watch();
    });
    started.on('error', (error: Error) => lose(started, String(error)));
    started.on('exit', (code: number) => lose(started, `code ${code}`));
    return started;
  };

  return {
    run(job, request, signal) {
      return new Promise((resolve, reject) => {
        if (closed) throw new Error('the thread for files is closed');
        signal?.throwIfAborted();
        worker ??= start();
        worker.ref();
        lastId += 1;
        const id = lastId;
        const send = (message: ToFileThread) => worker?.postMessage(message);
        const abandon = () => {
          // The thread tidies up and answers once more, which nobody waits for.
          send({ id, abandon: true });
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', abandon, { once: true });
        const settled = () => signal?.removeEventListener('abort', abandon);
        pending.set(id, {
          resolve(result) {
            settled();
            resolve(result as never);
          },
          reject(error) {
            settled();
            reject(error);
          },
        });
        send({ id, job, request });
        watch();
      });
    },
    close() {
      closed = true;
      end(new Error('the thread for files is closed'));
    },
  };
}
