import { expect, test } from 'vitest';
import { createRateLimiter } from './limit-rate.ts';
import { chooseSocketDirectory } from './socket-directory.ts';
import { createLineSplitter } from './split-lines.ts';

test('lines are put together from chunks, characters of several bytes included', () => {
  const splitter = createLineSplitter(100);
  const bytes = Buffer.from('one\r\nzwölf\nrest');
  const cut = bytes.indexOf(0xb6); // the second byte of ö
  expect(splitter.push(bytes.subarray(0, cut))).toEqual(['one']);
  expect(splitter.push(bytes.subarray(cut))).toEqual(['zwölf']);
  expect(splitter.flush()).toEqual(['rest']);
  expect(splitter.flush()).toEqual([]);
});

test('an overlong line is cut and says by how much, however it arrives', () => {
  const whole = createLineSplitter(4).push(Buffer.from('abcdefgh\nok\n'));
  expect(whole).toEqual(['abcd [4 characters cut]', 'ok']);
  const splitter = createLineSplitter(4);
  for (const letter of 'abcdefgh') expect(splitter.push(Buffer.from(letter))).toEqual([]);
  expect(splitter.push(Buffer.from('\nok\n'))).toEqual(['abcd [4 characters cut]', 'ok']);
});

test('a line is never cut inside a character, and what follows the cut is not kept', () => {
  expect(createLineSplitter(4).push(Buffer.from('abc🐝d\nabcd\r\n'))).toEqual([
    'abc [3 characters cut]',
    'abcd',
  ]);
  const splitter = createLineSplitter(4);
  for (const piece of ['abc', '🐝', 'd']) expect(splitter.push(Buffer.from(piece))).toEqual([]);
  expect(splitter.push(Buffer.from('\n'))).toEqual(['abc [3 characters cut]']);
});

test('a burst passes, then the rate counts, and what was refused is known', () => {
  const limiter = createRateLimiter(10, 2);
  expect([0, 0, 0, 50, 100, 100].map((at) => limiter.allow(at))).toEqual([
    true,
    true,
    false,
    false,
    true,
    false,
  ]);
  expect(limiter.takeRefused()).toBe(3);
  expect(limiter.takeRefused()).toBe(0);
});

test('sockets move below /tmp when the directory would make their path too long for the kernel', () => {
  expect(chooseSocketDirectory('/var/lib/beeline', 7)).toBe('/var/lib/beeline/sockets');
  const far = chooseSocketDirectory(`/${'d'.repeat(90)}`, 7);
  expect(far).toMatch(/^\/tmp\/beeline-7-[0-9a-f]{16}$/);
  expect(chooseSocketDirectory(`/${'e'.repeat(90)}`, 7)).not.toBe(far);
});
