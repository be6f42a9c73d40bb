import { Worker } from 'node:worker_threads';
import type { FileJobName, FileJobs } from './disk/file-jobs.ts';
import { type FromFileThread, type ToFileThread, unpackError } from './disk/thread-messages.ts';

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

const startWorker = (): FileWorker =>
  new Worker(new URL('./disk/run-file-thread.ts', import.meta.url), { name: 'files' });

interface Pending {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** `keep`: whether the thread stays when it has nothing to do, with what it remembers; otherwise the next job starts one. */
export function openFileThread({
  keep,
  startThread = startWorker,
}: {
  readonly keep: boolean;
  readonly startThread?: () => FileWorker;
}): FileThread {
  const pending = new Map<number, Pending>();
  let worker: FileWorker | null = null;
  let lastId = 0;
  let closed = false;

  const lose = (lost: FileWorker, reason: string) => {
    if (worker !== lost) return;
    worker = null;
    const error = new Error(`the thread for files ended: ${reason}`);
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
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
  const start = (): FileWorker => {
    const started = startThread();
    started.on('message', (message: FromFileThread) => {
      const job = pending.get(message.id);
      pending.delete(message.id);
      if ('error' in message) job?.reject(unpackError(message.error));
      else job?.resolve(message.result);
      rest();
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
      });
    },
    close() {
      closed = true;
      const ending = worker;
      worker = null;
      for (const { reject } of pending.values()) reject(new Error('the thread for files is closed'));
      pending.clear();
      void ending?.terminate();
    },
  };
}
