import { Worker } from 'node:worker_threads';
import type { FromWorkerMessage, ToWorkerMessage, WorkerStartMessage } from './worker-messages.ts';

/** A worker as the main thread sees it. */
export interface WorkerThread {
  send(message: ToWorkerMessage): void;
  /** Ends it whatever it is doing. */
  end(): void;
}

export interface WorkerThreadEvents {
  onMessage(message: FromWorkerMessage): void;
  /** It is gone; the last event. `reason` is for the log. */
  onEnded(reason: string): void;
}

/** Starts a thread that runs a worker. */
export function startWorkerThread(start: WorkerStartMessage, events: WorkerThreadEvents): WorkerThread {
  const entry = new URL('./worker-main.ts', import.meta.url);
  const thread = new Worker(entry, { workerData: start, name: `gateway-${start.worker}` });
  let reason: string | null = null;
  thread.on('message', (message: FromWorkerMessage) => events.onMessage(message));
  thread.on('error', (thrown: unknown) => {
    reason = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  });
  thread.on('exit', (code) => events.onEnded(reason ?? `it ended with code ${code}`));
  return {
    send: (message) => thread.postMessage(message),
    end: () => void thread.terminate(),
  };
}
