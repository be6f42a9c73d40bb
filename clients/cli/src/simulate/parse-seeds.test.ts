import { expect, test } from 'vitest';
import { parseSeeds } from './parse-seeds.ts';

test.each([
  ['3', [1, 2, 3]],
  ['1', [1]],
  ['11-13', [11, 12, 13]],
  ['7-7', [7]],
  ['4,9', [4, 9]],
  ['4,9-11,4', [4, 9, 10, 11]],
])('%s is read as %j', (text, seeds) => {
  expect(parseSeeds(text)).toEqual(seeds);
});

test.each(['', '0', '5-3', '1-1000', '101', 'a', '1,', '1.5', '-1'])('%j is refused', (text) => {
  expect(parseSeeds(text)).toBeUndefined();
});
