import { Worker } from 'node:worker_threads';
import { EngineError, type EngineErrorMessage } from '../engine/engine-error.ts';
import type {
  Encoded,
  EncodeItem,
  FromWorker,
  Generated,
  GenerateOptions,
  LoadRequest,
  LoadTimings,
  Prompt,
  ToWorker,
} from './messages.ts';

/** Called while a sequence grows. */
export interface GenerationListener {
  /** The prompt was read and fits. */
  onAccepted(promptTokens: number): void;
  onPiece(text: string): void;
}

/** One loaded model in a thread of its own, so that inference never holds up HTTP. */
export interface Session {
  readonly timings: LoadTimings;
  /** Longest input, or prompt and answer together, in tokens. */
  readonly maxTokens: number;
  /** One result or error per item, in their order. */
  encode(items: readonly EncodeItem[]): Promise<Array<Encoded | EngineError>>;
  /** Continues a prompt; when `signal` fires it stops at the next token. One at a time. */
  generate(
    prompt: Prompt,
    options: GenerateOptions,
    listener: GenerationListener,
    signal: AbortSignal,
  ): Promise<Generated>;
  close(): Promise<void>;
}

interface Pending {
  settle(message: FromWorker): void;
  fail(error: Error): void;
}

/** A thread that has begun to import the library and waits to be told which model to load. */
export interface ModelThread {
  /** Resolves once the library is imported; rejects when it cannot be. */
  readonly imported: Promise<void>;
  /**
   * Resolves once the model answers.
   * @throws Error with one clear sentence when loading fails.
   */
  load(request: Omit<LoadRequest, 'abortedJob'>): Promise<Session>;
}

/** Starts the thread at once; `onLost` is called if it ends on its own after its model was loaded. */
export function startModelThread(onLost: (reason: string) => void): ModelThread {
  const abortedJob = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('../worker/run-worker.ts', import.meta.url));
  const pending = new Map<number, Pending>();
  let lastId = 0;
  let closing = false;
  const send = (message: ToWorker): void => worker.postMessage(message);

  function createSession(timings: LoadTimings, maxTokens: number): Session {
    return {
      timings,
      maxTokens,
      encode: (items) =>
        new Promise((resolve, reject) => {
          const id = ++lastId;
          pending.set(id, {
            settle(message) {
              if (message.kind !== 'encoded') return;
              resolve(message.outputs.map((output) => ('code' in output ? toError(output) : output)));
              pending.delete(id);
            },
            fail: reject,
          });
          send({ kind: 'encode', id, items });
        }),
      generate: (prompt, options, listener, signal) =>
        new Promise((resolve, reject) => {
          const id = ++lastId;
          const abort = (): void => {
            Atomics.store(abortedJob, 0, id);
          };
          const finish = (): void => {
            signal.removeEventListener('abort', abort);
            pending.delete(id);
          };
          pending.set(id, {
            settle(message) {
              if (message.kind === 'accepted') listener.onAccepted(message.promptTokens);
              else if (message.kind === 'piece') listener.onPiece(message.text);
              else if (message.kind === 'generated') {
                finish();
                resolve(message.generated);
              }
            },
            fail(error) {
              finish();
              reject(error);
            },
          });
          signal.addEventListener('abort', abort, { once: true });
          if (signal.aborted) abort();
          send({ kind: 'generate', id, prompt, options });
        }),
      async close() {
        closing = true;
        await worker.terminate();
      },
    };
  }

  const opened = Promise.withResolvers<Session>();
  opened.promise.catch(() => undefined);
  const imported = Promise.withResolvers<void>();
  imported.promise.catch(() => undefined);
  let loaded = false;
  const fail = (reason: string): void => {
    imported.reject(new Error(reason));
    opened.reject(new Error(reason));
  };
  const lose = (reason: string): void => {
    for (const { fail } of pending.values()) fail(new EngineError('MODEL_ERROR', reason));
    pending.clear();
    if (closing) return;
    if (loaded) onLost(reason);
    else fail(reason);
  };
  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'imported') {
      imported.resolve();
    } else if (message.kind === 'loaded') {
      loaded = true;
      opened.resolve(createSession(message.timings, message.maxTokens));
    } else if (message.kind === 'failed') {
      closing = true;
      fail(message.message);
    } else if (message.kind === 'refused') {
      const { id } = message;
      pending.get(id)?.fail(toError(message.error));
      pending.delete(id);
    } else {
      pending.get(message.id)?.settle(message);
    }
  });
  worker.on('error', (error) => lose(`the model thread failed: ${error.message}`));
  worker.on('exit', (code) => lose(`the model thread ended with code ${code}`));
  return {
    imported: imported.promise,
    load(request) {
      send({ kind: 'load', request: { ...request, abortedJob } });
      return opened.promise;
    },
  };
}

function toError({ code, message, field }: EngineErrorMessage): EngineError {
  return new EngineError(code, message, { field });
}
