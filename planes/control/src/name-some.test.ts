import { expect, it } from 'vitest';
import { nameSome } from './name-some.ts';

const names = (count: number) => Array.from({ length: count }, (_, at) => `n${at + 1}`);

it.each([
  [1, 'n1'],
  [3, 'n1, n2, n3'],
  [20, names(20).join(', ')],
  [21, `${names(20).join(', ')} and 1 more`],
  [500, `${names(20).join(', ')} and 480 more`],
])('of %d names at most twenty are told', (count, text) => {
  expect(nameSome(names(count))).toBe(text);
});
