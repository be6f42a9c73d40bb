import { createMetrics, type Metrics } from '@beeline/core/service';
import { createFakeClock } from '@beeline/core/testing';
import { describe, expect, it } from 'vitest';
import { WorkerMetricsReader } from './read-worker-metrics.ts';

/** A worker with one count and one gauge, which answers when it is told to. */
function createWorker(worker: number, reader: () => WorkerMetricsReader) {
  const metrics: Metrics = createMetrics();
  const requests = metrics.counter({ name: 'requests_total', help: 'R', labels: [] }).cell();
  metrics.sampled({ name: 'in_flight', help: 'I', type: 'gauge', labels: [] }, (report) => report(worker));
  return {
    worker,
    listening: true,
    asleep: false,
    requests,
    send(message: { readonly kind: string; readonly id?: number }) {
      const { id = 0 } = message;
      if (!this.asleep) queueMicrotask(() => reader().onPictures(worker, id, metrics.pictures()));
    },
  };
}

function setUp() {
  const clock = createFakeClock();
  const own = createMetrics();
  own.counter({ name: 'own_total', help: 'O', labels: [] }).cell().value += 1;
  const reader: WorkerMetricsReader = new WorkerMetricsReader(clock, () => own.pictures());
  const workers = [createWorker(1, () => reader), createWorker(2, () => reader)] as const;
  const read = async () =>
    (await reader.read(workers)).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return { clock, reader, workers, read };
}

describe('the metrics of a gateway with workers', () => {
  it('are those of its main thread and the sums of its workers', async () => {
    const { read, workers } = setUp();
    workers[0].requests.value = 3;
    workers[1].requests.value = 4;
    expect((await read()).sort()).toEqual(['in_flight 3', 'own_total 1', 'requests_total 7']);
  });

  it('tell of a worker that does not answer in time as it was before', async () => {
    const { clock, read, workers } = setUp();
    workers[0].requests.value = 3;
    workers[1].requests.value = 4;
    await read();
    workers[0].requests.value = 5;
    workers[1].asleep = true;
    const late = read();
    await clock.advance(1_000);
    expect(await late).toContain('requests_total 9');
    expect(clock.pendingTimers).toBe(0);
  });

  it('keep what a worker had counted that is gone, and not how it stood', async () => {
    const { read, reader, workers } = setUp();
    workers[0].requests.value = 3;
    workers[1].requests.value = 4;
    await read();
    workers[1].listening = false;
    reader.onEnded(2);
    expect((await read()).sort()).toEqual(['in_flight 1', 'own_total 1', 'requests_total 7']);
    workers[1].requests.value = 1;
    workers[1].listening = true;
    expect(await read()).toContain('requests_total 8');
  });

  it('do not wait for a worker that goes while it is asked', async () => {
    const { clock, read, reader, workers } = setUp();
    workers[1].asleep = true;
    const reading = read();
    reader.onEnded(2);
    expect(await reading).toContain('requests_total 0');
    expect(clock.pendingTimers).toBe(0);
  });

  it('are those of its main thread while no worker listens', async () => {
    const { read, workers } = setUp();
    for (const worker of workers) worker.listening = false;
    expect(await read()).toEqual(['own_total 1']);
  });
});
