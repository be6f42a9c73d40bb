import { expect, it } from 'vitest';
import { findRepeatedName } from './find-repeated-name.ts';

it.each([
  ['A=1\nB=2\n', undefined],
  ['A=1\nB=2\nA=3', 'A'],
  ['A=1\r\nexport A = 2\r\n', 'A'],
  ['# A=1\nA=2', undefined],
  ['A="one\nA=two"\nB=\'x\nB=y\'', undefined],
  ['A="one\nB=1\nB=2', 'B'],
  ['A=1 # A=2\n', undefined],
  ['', undefined],
])('of %j the name that is there twice is %j', (text, name) => {
  expect(findRepeatedName(text)).toBe(name);
});
