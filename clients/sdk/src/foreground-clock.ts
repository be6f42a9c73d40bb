import { type Clock, systemClock } from '@beeline/core/base';

/** The system's time for a program that has nothing else to do: its timers keep the process alive. */
export const foregroundClock: Clock = {
  now: systemClock.now,
  monotonicMs: systemClock.monotonicMs,
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
