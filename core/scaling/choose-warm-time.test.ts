import { expect, test } from 'vitest';
import type { ScalingConfig } from '../resources/index.ts';
import { chooseWarmTime } from './choose-warm-time.ts';

const bounds: ScalingConfig = {
  minReplicas: 0,
  maxReplicas: 5,
  metric: 'concurrency',
  target: 8,
  scaleUpMinimum: 1,
  stableWindowMs: 60_000,
  scaleDownDelayMs: null,
  retentionMs: null,
};
const lastMs = (startMs: number | null, fullness = 0) => chooseWarmTime(bounds, startMs, fullness).lastMs;

test('what is dear to start is kept for longer, within bounds', () => {
  expect(lastMs(25)).toBe(15_000);
  expect(lastMs(5_000)).toBe(100_000);
  expect(lastMs(null)).toBe(lastMs(5_000));
  expect(lastMs(10_000_000)).toBe(1_800_000);
});

test('a location that is more than half full keeps for less, a full one not at all', () => {
  expect([0.5, 0.75, 1].map((fullness) => lastMs(5_000, fullness))).toEqual([100_000, 50_000, 0]);
});

test('what the user set is not changed, whatever starts cost and however full it is', () => {
  const set = { ...bounds, scaleDownDelayMs: 1_000, retentionMs: 2_000 };
  expect(chooseWarmTime(set, 60_000, 1)).toEqual({ extraMs: 1_000, lastMs: 2_000 });
});
