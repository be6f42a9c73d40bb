import { describe, expect, it } from 'vitest';
import { formatByteSize, parseByteSize } from './byte-size.ts';

describe('byte sizes', () => {
  it.each([
    ['42B', 42],
    ['100KB', 100_000],
    ['512MiB', 536_870_912],
    ['1.5 GiB', 1_610_612_736],
  ])('reads %s', (text, bytes) => {
    expect(parseByteSize(text)).toBe(bytes);
  });

  it.each(['', '5', '5G', '-1B', 'big'])('refuses %j', (text) => {
    expect(parseByteSize(text)).toBeUndefined();
  });

  it.each([
    [512, '512B'],
    [1_536, '1.5KiB'],
    [5_368_709_120, '5GiB'],
  ])('writes %d bytes for people', (bytes, text) => {
    expect(formatByteSize(bytes)).toBe(text);
  });
});
