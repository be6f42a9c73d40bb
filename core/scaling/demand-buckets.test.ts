import { expect, test } from 'vitest';
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
