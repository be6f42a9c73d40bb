import { expect, test } from 'vitest';
import { axisTicks, rootPart, rootTicks, timeUnitOf } from './axis-ticks.ts';

test.each([
  [64, 3, [0, 50]],
  [9, 3, [0, 5]],
  [6, 3, [0, 2, 4, 6]],
  [1, 3, [0, 1]],
  [2, 3, [0, 1, 2]],
  [58.3, 6, [0, 10, 20, 30, 40, 50]],
  [0.4, 4, [0, 0.1, 0.2, 0.3, 0.4]],
  [1_234, 2, [0, 1_000]],
])('up to %d, about %d steps', (highest, about, ticks) => {
  expect(axisTicks(highest, about)).toEqual(ticks);
});

test.each([
  [64, 0.2, [0, 5, 20, 50]],
  [27, 0.2, [0, 2, 10, 20]],
  [1, 0.2, [0, 1]],
  [3, 0.2, [0, 1, 2]],
  [612, 0.35, [0, 100, 500]],
])('on a root scale up to %d, at least %d apart', (highest, apart, ticks) => {
  expect(rootTicks(highest, apart)).toEqual(ticks);
});

test('a quarter of the highest value lies in the middle of a root scale', () => {
  expect(rootPart(16, 64)).toBe(0.5);
});

test.each([
  [21, 's'],
  [180, 'min'],
  [3_500, 'min'],
  [86_400, 'h'],
])('%d seconds are told in %s', (seconds, unit) => {
  expect(timeUnitOf(seconds).name).toBe(unit);
});
