import { BeelineError, backoffMs, type Clock, type Logger } from '@beeline/core/base';
import type { FromWorkerMessage, ToWorkerMessage } from './worker-messages.ts';
import type { WorkerThread, WorkerThreadEvents } from './worker-thread.ts';

/** Pause before another thread takes the place of one that crashed; it grows while they crash soon. */
const restartBackoff = { firstMs: 100, maxMs: 10_000 } as const;
/** A thread that lived this long had no part in the crashes before. */
const steadyMs = 60_000;

export interface KeptWorkerOptions {
  /** From 1 on. */
  readonly worker: number;
  readonly clock: Clock;
  readonly logger: Logger;
  startThread(events: WorkerThreadEvents): WorkerThread;
  onMessage(message: FromWorkerMessage): void;
  /** A thread is gone; gives the number of requests that it was working on. */
  onEnded(): number;
}

/** One place for a worker: while the gateway runs, a thread that crashes is followed by another. */
export class KeptWorker {
  readonly worker: number;
  /** Address where its first thread listens; rejects when that could not start, and no other is tried. */
  readonly started: Promise<string>;
  /** Threads that took the place of one that had crashed. */
  restarts = 0;
  /** Version of the routes that its thread last said it serves from. */
  routesVersion = 0;
  private readonly options: KeptWorkerOptions;
  private readonly onStarted = Promise.withResolvers<string>();
  private onClosed: (() => void) | null = null;
  private thread: WorkerThread | null = null;
  private isListening = false;
  private hasListened = false;
  private leaving = false;
  /** Why the thread could not start, by its own account. */
  private problem: string | null = null;
  private failures = 0;
  private startedMs = 0;
  private cancelRestart: (() => void) | null = null;

  constructor(options: KeptWorkerOptions) {
    this.worker = options.worker;
    this.options = options;
    this.started = this.onStarted.promise;
    this.start();
  }

  get listening(): boolean {
    return this.isListening;
  }

  /** Tells the thread, if there is one: another one begins with what is so then. */
  send(message: ToWorkerMessage): void {
    this.thread?.send(message);
  }

  /** The gateway is about to stop: no thread is started any more. */
  leave(): void {
    this.leaving = true;
    this.cancelRestart?.();
    this.send({ kind: 'leave' });
  }

  /** Lets the thread finish what it works on, for `limitMs` at most. */
  close(limitMs: number): Promise<void> {
    this.leave();
    if (this.thread === null) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.options.clock.setTimer(limitMs, () => {
        const { logger } = this.options;
        logger.warn({ worker: this.worker }, 'a gateway worker did not stop in time and is ended');
        this.thread?.end();
      });
      this.onClosed = () => {
        cancel();
        resolve();
      };
      this.send({ kind: 'close' });
    });
  }

  private start(): void {
    this.startedMs = this.options.clock.monotonicMs();
    this.problem = null;
    this.routesVersion = 0;
    this.thread = this.options.startThread({
      onMessage: (message) => this.onMessage(message),
      onEnded: (reason) => this.onThreadEnded(reason),
    });
  }

  private onMessage(message: FromWorkerMessage): void {
    if (message.kind === 'listening') {
      this.isListening = true;
      this.hasListened = true;
      this.onStarted.resolve(message.url);
    } else if (message.kind === 'failed') {
      this.problem = message.message;
      this.onStarted.reject(new BeelineError(message.code, { message: message.message }));
      this.thread?.end();
    } else if (message.kind === 'routes-taken') this.routesVersion = message.version;
    else if (message.kind === 'closed') this.thread?.end();
    else this.options.onMessage(message);
  }

  private onThreadEnded(ending: string): void {
    const reason = this.problem ?? ending;
    const lost = this.options.onEnded();
    this.thread = null;
    this.isListening = false;
    if (!this.hasListened) {
      const message = 'a worker of the gateway ended before it listened; its log tells why';
      this.onStarted.reject(new BeelineError('INTERNAL_ERROR', { message, detail: reason }));
    } else if (!this.leaving) this.restart(reason, lost);
    else if (lost > 0) {
      this.options.logger.error({ worker: this.worker, lost, reason }, 'a gateway worker lost requests');
    }
    this.onClosed?.();
  }

  private restart(reason: string, lost: number): void {
    const { clock, logger } = this.options;
    const livedMs = clock.monotonicMs() - this.startedMs;
    this.failures = livedMs >= steadyMs ? 1 : this.failures + 1;
    const pauseMs = backoffMs(this.failures, restartBackoff);
    logger.error(
      { worker: this.worker, lost, pauseMs, reason },
      `a gateway worker crashed and lost the ${lost} requests that it worked on; another takes its place`,
    );
    this.cancelRestart = clock.setTimer(pauseMs, () => {
      this.restarts += 1;
      this.start();
    });
  }
}
