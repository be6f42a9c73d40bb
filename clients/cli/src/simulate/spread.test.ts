import { expect, test } from 'vitest';
import { spreadOf, spreadOfEach } from './spread.ts';

test.each([
  [[5], 5, 5, 5],
  [[9, 1, 4], 4, 1, 9],
  [[8, 2, 4, 6], 5, 2, 8],
])('%j has the median %d and lies between %d and %d', (values, median, lowest, highest) => {
  expect(spreadOf(values)).toEqual({ median, lowest, highest });
});

test('each number of several records is spread for itself', () => {
  expect(
    spreadOfEach(
      ['a', 'b'],
      [
        { a: 1, b: 10 },
        { a: 3, b: 30 },
      ],
    ),
  ).toEqual({
    a: { median: 2, lowest: 1, highest: 3 },
    b: { median: 20, lowest: 10, highest: 30 },
  });
});
