import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { type BoundedCount, createBoundedCount } from './bounded-count.ts';
import { createSharedMemory, openSharedCount, reclaimShare } from './shared-count.ts';

const makers: readonly (readonly [string, (limit: number) => BoundedCount])[] = [
  ['of one thread', createBoundedCount],
  ['shared by threads', (limit) => openSharedCount(createSharedMemory(1), limit, 1)],
];

describe.each(makers)('a count %s', (_what, make) => {
  it('gives out as many as its limit, and again what came back', () => {
    const count = make(2);
    expect([count.take(), count.take(), count.take(), count.taken]).toEqual([true, true, false, 2]);
    count.release();
    expect([count.taken, count.take(), count.take()]).toEqual([1, true, false]);
  });

  it('tells its limit', () => {
    expect(make(7).limit).toBe(7);
  });
});

describe('a shared count', () => {
  it('holds its limit over all threads', () => {
    const memory = createSharedMemory(2);
    const [first, second] = [openSharedCount(memory, 3, 1), openSharedCount(memory, 3, 2)];
    expect([first.take(), second.take(), first.take(), second.take(), first.take()]).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    second.release();
    expect([first.taken, first.take(), second.take()]).toEqual([2, true, false]);
  });

  it('gets back what a thread held that ended, and only that', () => {
    const memory = createSharedMemory(2);
    const [first, second] = [openSharedCount(memory, 3, 1), openSharedCount(memory, 3, 2)];
    for (const count of [first, first, second]) count.take();
    expect([reclaimShare(memory, 1), second.taken, reclaimShare(memory, 1), second.taken]).toEqual([
      2, 1, 0, 1,
    ]);
  });

  it('never gives out more than its limit while threads take and give back at the same time', async () => {
    const [threads, limit, rounds] = [3, 1, 100_000];
    const memory = createSharedMemory(threads);
    // Apart from the count that is tested: who is inside, the most that ever were, who is ready to begin.
    const inside = new SharedArrayBuffer(12);
    await Promise.all(
      Array.from({ length: threads }, (_none, index) =>
        runThread({ memory, inside, threads, limit, rounds, thread: index + 1 }),
      ),
    );
    const [left, most] = new Int32Array(inside);
    expect([left, openSharedCount(memory, limit, 1).taken]).toEqual([0, 0]);
    expect(most).toBe(limit);
  });
});

const contender = `
const { workerData } = require('node:worker_threads');
const { memory, threads, limit, rounds, thread } = workerData;
const inside = new Int32Array(workerData.inside);
import(workerData.module).then(({ openSharedCount }) => {
  const count = openSharedCount(memory, limit, thread);
  Atomics.add(inside, 2, 1);
  while (Atomics.load(inside, 2) < threads);
  for (let round = 0; round < rounds; round += 1) {
    if (!count.take()) continue;
    const now = Atomics.add(inside, 0, 1) + 1;
    let most = Atomics.load(inside, 1);
    while (now > most) most = Atomics.compareExchange(inside, 1, most, now);
    Atomics.sub(inside, 0, 1);
    count.release();
  }
});
`;

function runThread(data: object): Promise<void> {
  const module = new URL('./shared-count.ts', import.meta.url).href;
  const worker = new Worker(contender, { eval: true, workerData: { ...data, module } });
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
}
