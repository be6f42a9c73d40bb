import type { Clock } from '@beeline/core/base';
import { keepCounts, type MetricPicture, mergePictures, renderExposition } from '@beeline/core/service';
import type { ToWorkerMessage } from './worker-messages.ts';

/** A worker that has not answered by then is told of as it was at the scrape before. */
const answerLimitMs = 1_000;

interface AskedWorker {
  readonly worker: number;
  readonly listening: boolean;
  send(message: ToWorkerMessage): void;
}

/** The metrics of the whole gateway, put together from those of its threads. */
export class WorkerMetricsReader {
  private readonly clock: Clock;
  private readonly readOwn: () => readonly MetricPicture[];
  private readonly newest = new Map<number, readonly MetricPicture[]>();
  /** What workers that are gone had counted by the last scrape: a count never goes back. */
  private past: readonly MetricPicture[] = [];
  private lastId = 0;
  /** Who has still to answer, by the id of the question. */
  private readonly waiting = new Map<number, { readonly workers: Set<number>; done(): void }>();

  constructor(clock: Clock, readOwn: () => readonly MetricPicture[]) {
    this.clock = clock;
    this.readOwn = readOwn;
  }

  /** Prometheus' text format. */
  async read(workers: readonly AskedWorker[]): Promise<string> {
    await this.ask(workers.filter((worker) => worker.listening));
    return renderExposition(mergePictures([this.readOwn(), ...this.newest.values(), this.past]));
  }

  onPictures(worker: number, id: number, pictures: readonly MetricPicture[]): void {
    this.newest.set(worker, pictures);
    this.settle(id, worker);
  }

  onEnded(worker: number): void {
    this.past = mergePictures([this.past, keepCounts(this.newest.get(worker) ?? [])]);
    this.newest.delete(worker);
    for (const id of [...this.waiting.keys()]) this.settle(id, worker);
  }

  private ask(workers: readonly AskedWorker[]): Promise<void> {
    if (workers.length === 0) return Promise.resolve();
    this.lastId += 1;
    const id = this.lastId;
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        this.waiting.delete(id);
        resolve();
      };
      const cancel = this.clock.setTimer(answerLimitMs, done);
      this.waiting.set(id, { workers: new Set(workers.map(({ worker }) => worker)), done });
      for (const worker of workers) worker.send({ kind: 'read-metrics', id });
    });
  }

  private settle(id: number, worker: number): void {
    const question = this.waiting.get(id);
    if (question?.workers.delete(worker) && question.workers.size === 0) question.done();
  }
}
