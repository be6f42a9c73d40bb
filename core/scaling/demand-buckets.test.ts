import { describe, expect, it, test } from 'vitest';
import { createDemandBuckets } from './demand-buckets.ts';

test('arrivals are averaged over the stable window and over its last tenth', () => {
  const demand = createDemandBuckets(3_600_000);
  for (let second = 0; second < 60; second += 1) demand.arrived(second * 1_000);
  for (let index = 0; index < 30; index += 1) demand.arrived(59_500);
  const reading = demand.read(59_999, 60_000);
  expect(reading.stablePerSecond).toBeCloseTo(1.5, 1);
  expect(reading.panicPerSecond).toBeCloseTo(6, 1);
  expect(demand.read(80_000, 60_000).panicPerSecond).toBe(0);
  expect(demand.read(200_000, 60_000).stablePerSecond).toBe(0);
});

test('a window does not reach back to before the first request', () => {
  const demand = createDemandBuckets(3_600_000);
  demand.arrived(100_000);
  demand.arrived(101_500);
  expect(demand.read(102_000, 60_000).stablePerSecond).toBe(1);
});

test('how long nobody has come is known to the millisecond', () => {
  const demand = createDemandBuckets(3_600_000);
  expect(demand.read(500, 60_000).quietMs).toBeNull();
  demand.arrived(1_250);
  expect(demand.read(1_300, 60_000).quietMs).toBe(50);
});

test('the service time is the mean of those who ended', () => {
  const demand = createDemandBuckets(3_600_000);
  expect(demand.read(0, 60_000).serviceMs).toBeNull();
  demand.ended(1_000, 100);
  demand.ended(2_000, 300);
  expect(demand.read(2_000, 60_000).serviceMs).toBe(200);
  expect(demand.read(90_000, 60_000).serviceMs).toBeNull();
});

test('seconds that nobody can ask about are forgotten', () => {
  const demand = createDemandBuckets(6_000);
  for (let second = 0; second < 8_000; second += 1) demand.arrived(second * 1_000);
  expect(demand.read(7_999_999, 6_000).stablePerSecond).toBeCloseTo(1);
  expect(demand.read(7_999_999, 3_600_000).stablePerSecond).toBeLessThan(0.05);
});

describe('a history', () => {
  /** Ten requests a second for two minutes, each of which takes half a second. */
  function busyMinutes() {
    const demand = createDemandBuckets(3_600_000);
    for (let second = 0; second < 120; second += 1) {
      for (let index = 0; index < 10; index += 1) {
        demand.arrived(second * 1_000);
        demand.ended(second * 1_000, 500);
      }
    }
    return demand;
  }
  /** The same on buckets that were made anew `awayMs` later, on a clock that started from zero. */
  function continued(awayMs: number, demand = busyMinutes()) {
    const { sinceMs, entries } = demand.history(120_000, 60_000);
    const shiftMs = 120_000 + awayMs;
    return createDemandBuckets(3_600_000, {
      sinceMs: sinceMs === null ? null : sinceMs - shiftMs,
      entries: entries.map((entry) => ({ ...entry, atMs: entry.atMs - shiftMs })),
      gap: { fromMs: -awayMs, toMs: 0 },
    });
  }

  it.each([0, 2_000, 30_000, 50_000])('says after %i ms away what was said before', (awayMs) => {
    const { stablePerSecond, panicPerSecond, serviceMs } = continued(awayMs).read(0, 60_000);
    for (const perSecond of [stablePerSecond, panicPerSecond]) {
      expect(perSecond).toBeGreaterThan(9);
      expect(perSecond).toBeLessThan(12);
    }
    expect(serviceMs).toBe(500);
  });

  it('follows what is seen from the first second on', () => {
    const demand = continued(30_000);
    for (let index = 0; index < 40; index += 1) demand.arrived(500);
    expect(demand.read(1_000, 60_000).panicPerSecond).toBeCloseTo(40, 0);
    expect(demand.read(7_000, 60_000).panicPerSecond).toBe(0);
  });

  it('is over when the window is', () => {
    const demand = continued(70_000);
    expect(demand.read(0, 60_000)).toMatchObject({ stablePerSecond: 0, panicPerSecond: 0, serviceMs: null });
    expect(demand.history(0, 60_000).entries).toEqual([]);
  });

  it('of nothing is nothing', () => {
    const demand = continued(1_000, createDemandBuckets(3_600_000));
    expect(demand.read(0, 60_000)).toMatchObject({ stablePerSecond: 0, panicPerSecond: 0, serviceMs: null });
  });

  it('of a long window is coarse, and counts the same', () => {
    const demand = createDemandBuckets(3_600_000);
    for (let second = 0; second < 7_200; second += 1) demand.arrived(second * 1_000);
    const { entries } = demand.history(7_200_000, 3_600_000);
    expect(entries.length).toBeLessThanOrEqual(121);
    expect(entries.reduce((sum, { arrived }) => sum + arrived, 0)).toBe(3_599);
  });
});
