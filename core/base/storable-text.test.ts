import { describe, expect, it } from 'vitest';
import { cutText, cutTextStart, storableText } from './index.ts';

describe('storable text', () => {
  it.each([
    ['plain text', 'a bee', 'a bee'],
    ['a surrogate pair', '🐝', '🐝'],
    ['zero characters', 'a\0b\0', 'a\uFFFDb\uFFFD'],
    ['the first half of a pair', 'a\uD83D', 'a\uFFFD'],
    ['the second half of a pair', '\uDC1Da', '\uFFFDa'],
    ['other control characters', '\x1b[31m\n', '\x1b[31m\n'],
  ])('keeps all that can be stored of %s', (_, text, expected) => {
    expect(storableText(text)).toBe(expected);
  });
});

describe('cutting text', () => {
  it.each([
    ['shorter than the limit', 'bee', 4, 'bee'],
    ['as long as the limit', '🐝🐝', 4, '🐝🐝'],
    ['longer', 'bees', 3, 'bee'],
    ['with a pair at the limit', 'b🐝s', 2, 'b'],
    ['with a pair that just fits', 'b🐝s', 3, 'b🐝'],
    ['to nothing', '🐝', 0, ''],
  ])('keeps the beginning of a text %s', (_, text, limit, expected) => {
    expect(cutText(text, limit)).toBe(expected);
  });

  it.each([
    ['shorter than the limit', 'bee', 4, 'bee'],
    ['longer', 'bees', 3, 'ees'],
    ['with a pair at the limit', 'b🐝s', 2, 's'],
    ['with a pair that just fits', 'b🐝s', 3, '🐝s'],
    ['to nothing', '🐝', 0, ''],
  ])('keeps the end of a text %s', (_, text, limit, expected) => {
    expect(cutTextStart(text, limit)).toBe(expected);
  });
});
