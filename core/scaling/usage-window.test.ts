import { expect, test } from 'vitest';
import { createUsageWindow } from './usage-window.ts';

const window = (...samples: readonly (readonly [atMs: number, total: number])[]) => {
  const made = createUsageWindow();
  for (const [atMs, total] of samples) made.add(atMs, total, 60_000);
  return made;
};

test('without samples nothing is known', () => {
  expect(window().read(1_000, 60_000)).toBeNull();
});

test('samples are averaged over the stable window and over its last tenth', () => {
  const made = window([1_000, 20], [30_000, 40], [55_000, 100], [60_000, 140]);
  expect(made.read(60_000, 60_000)).toEqual({ stable: 75, panic: 120 });
});

test('the panic window of a short stable window holds three seconds', () => {
  expect(window([5_000, 10], [8_000, 30]).read(8_000, 6_000)).toEqual({ stable: 20, panic: 30 });
  expect(window([6_000, 10], [8_000, 30]).read(8_000, 6_000)).toEqual({ stable: 20, panic: 20 });
});

test('while the panic window is empty the stable one speaks for it', () => {
  expect(window([1_000, 50]).read(20_000, 60_000)).toEqual({ stable: 50, panic: 50 });
});

test('samples that are older than what is to be kept are forgotten', () => {
  const made = window([1_000, 90], [61_000, 10]);
  expect(made.read(61_000, 600_000)).toEqual({ stable: 10, panic: 10 });
});
