import type { BoundedCount } from './bounded-count.ts';

/** Where the total is; the thread with number n keeps what it holds of it at n, counted from 1. */
const total = 0;

/** The memory of a count that threads share. Hand it to each of them, with its number from 1 to `threads`. */
export function createSharedMemory(threads: number): SharedArrayBuffer {
  return new SharedArrayBuffer((threads + 1) * Int32Array.BYTES_PER_ELEMENT);
}

/** The count as one thread takes part in it: the limit holds for all threads together, exactly. */
export function openSharedCount(memory: SharedArrayBuffer, limit: number, thread: number): BoundedCount {
  const cells = new Int32Array(memory);
  return {
    limit,
    get taken() {
      return Atomics.load(cells, total);
    },
    take() {
      // Adding first and taking back what is too much would refuse others in between for nothing.
      let seen = Atomics.load(cells, total);
      while (seen < limit) {
        const found = Atomics.compareExchange(cells, total, seen, seen + 1);
        if (found === seen) {
          Atomics.add(cells, thread, 1);
          return true;
        }
        seen = found;
      }
      return false;
    },
    release() {
      Atomics.sub(cells, thread, 1);
      Atomics.sub(cells, total, 1);
    },
  };
}

/**
 * Gives back what a thread held that has ended; returns how many those were. A thread that crashes ends after the
 * statement that threw, so its cell says what it holds; only one that is ended from outside could be caught between the
 * two additions of `take`, and then one stays taken.
 */
export function reclaimShare(memory: SharedArrayBuffer, thread: number): number {
  const cells = new Int32Array(memory);
  const held = Atomics.exchange(cells, thread, 0);
  Atomics.sub(cells, total, held);
  return held;
}
