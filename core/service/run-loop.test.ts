import { describe, expect, it } from 'vitest';
import { silentLogger } from '../base/index.ts';
import { createFakeClock } from '../testing/index.ts';
import { startLoop } from './run-loop.ts';

function startCountingLoop(lap: (count: number) => Promise<void> = async () => {}) {
  const clock = createFakeClock();
  let laps = 0;
  const loop = startLoop({
    name: 'test',
    clock,
    logger: silentLogger,
    pauseMs: 1_000,
    lap: async () => {
      laps += 1;
      await lap(laps);
    },
  });
  return { clock, loop, laps: () => laps };
}

describe('a loop', () => {
  it('runs a lap at once, then one after each pause', async () => {
    const { clock, loop, laps } = startCountingLoop();
    await clock.advance(0);
    expect(laps()).toBe(1);
    await clock.advance(2_500);
    expect(laps()).toBe(3);
    await loop.close();
    await clock.advance(10_000);
    expect(laps()).toBe(3);
    expect(clock.pendingTimers).toBe(0);
  });

  it('begins a lap when woken, and another one when woken during a lap', async () => {
    let release = () => {};
    const { clock, loop, laps } = startCountingLoop((count) =>
      count === 2
        ? new Promise((resolve) => {
            release = resolve;
          })
        : Promise.resolve(),
    );
    await clock.advance(0);
    loop.wake();
    await clock.advance(0);
    expect(laps()).toBe(2);
    loop.wake();
    release();
    await clock.advance(0);
    expect(laps()).toBe(3);
    await loop.close();
  });

  it('goes on after a failing lap, with growing pauses', async () => {
    const { clock, loop, laps } = startCountingLoop(() => Promise.reject(new Error('down')));
    await clock.advance(0);
    await clock.advance(100);
    expect(laps()).toBe(2);
    await clock.advance(60_000);
    expect(laps()).toBeGreaterThan(10);
    expect(laps()).toBeLessThan(50);
    await loop.close();
  });
});
