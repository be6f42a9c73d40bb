import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

describe('durations', () => {
  it.each([
    ['0', 0],
    ['250ms', 250],
    ['30s', 30_000],
    ['1m30s', 90_000],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '30', '-1s', '1 s', 'soon', '5x', 's', '1s2'])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it.each([
    [0.42, '0.4ms'],
    [850.4, '850ms'],
    [1_234, '1.23s'],
    [42_000, '42s'],
    [125_000, '2m05s'],
    [119_900, '2m00s'],
    [11_400_000, '3h10m'],
    [200_000_000, '2d07h'],
  ])('writes %d ms for people', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
