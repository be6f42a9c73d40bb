import type { Clock } from '../base/clock.ts';

/** A clock that moves only when told; timers run in the order of their due time. */
export interface FakeClock extends Clock {
  /** Moves time on and runs what falls due, letting promises settle after each timer. */
  advance(ms: number): Promise<void>;
  readonly pendingTimers: number;
}

export function createFakeClock(startMs = 1_700_000_000_000): FakeClock {
  let elapsed = 0;
  let nextId = 0;
  const timers = new Map<number, { dueMs: number; callback: () => void }>();
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

  return {
    now: () => startMs + elapsed,
    monotonicMs: () => elapsed,
    setTimer(delayMs, callback) {
      const id = nextId;
      nextId += 1;
      timers.set(id, { dueMs: elapsed + Math.max(0, delayMs), callback });
      return () => timers.delete(id);
    },
    async advance(ms) {
      const target = elapsed + ms;
      await settle();
      for (;;) {
        const due = [...timers]
          .filter(([, timer]) => timer.dueMs <= target)
          .sort((a, b) => a[1].dueMs - b[1].dueMs)[0];
        if (due === undefined) break;
        timers.delete(due[0]);
        elapsed = Math.max(elapsed, due[1].dueMs);
        due[1].callback();
        await settle();
      }
      elapsed = target;
      await settle();
    },
    get pendingTimers() {
      return timers.size;
    },
  };
}
