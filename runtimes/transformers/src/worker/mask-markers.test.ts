import { describe, expect, it } from 'vitest';
import { compileMarkers, createMarkerMask } from './mask-markers.ts';

const markers = compileMarkers(['<|end|>', '<|user|>', '</s>', '[INST]', '<｜User｜>']);

function hide(text: string): string {
  return createMarkerMask([text]).hide(text, markers);
}

describe('a marker mask', () => {
  it('hides every marker and gives the text back', () => {
    const text = 'a<|end|><|user|> b </s>[INST]<｜User｜>';
    const mask = createMarkerMask([text]);
    const hidden = mask.hide(text, markers);
    for (const marker of markers.list) expect(hidden).not.toContain(marker);
    expect(mask.show(hidden)).toBe(text);
  });

  it('leaves text without markers as it is', () => {
    expect(hide('2 < 3, [1] and </ul>')).toBe('2 < 3, [1] and </ul>');
  });

  it('hides markers that overlap and markers within markers', () => {
    const mask = createMarkerMask([]);
    const hidden = mask.hide('<<s>', compileMarkers(['<<s', '<s>', 's>']));
    expect([...hidden].filter((character) => (character.codePointAt(0) ?? 0) >= 0xf0000)).toHaveLength(3);
    expect(mask.show(hidden)).toBe('<<s>');
  });

  it.each([
    ['ends with the beginning of one', '', 'hello <|en', 'd|>'],
    ['begins with the end of one', '<|e', 'nd|> hello', ''],
    ['is the middle of one', '<|u', 'se', 'r|>'],
  ])('lets no marker form around a text that %s', (_what, before, text, after) => {
    const mask = createMarkerMask([text]);
    const whole = before + mask.hide(text, markers) + after;
    expect(markers.list.some((marker) => whole.includes(marker))).toBe(false);
    expect(mask.show(whole)).toBe(before + text + after);
  });

  it('hides the end of one before a whole one, in their order', () => {
    const text = 'd|> and <|end|> and <|us';
    const mask = createMarkerMask([text]);
    const hidden = mask.hide(text, markers);
    expect(hidden).toMatch(/^.\|> and .\|end\|> and .\|us$/u);
    expect(mask.show(hidden)).toBe(text);
  });

  it('keeps private characters that the text has itself', () => {
    const text = '\u{F0000}\u{F0001}<|end|>\u{10FFFD}';
    const mask = createMarkerMask([text]);
    expect(mask.show(mask.hide(text, markers))).toBe(text);
  });

  it('says so when no private character is left to stand in', () => {
    const text = Array.from({ length: 32 }, (_, block) => String.fromCodePoint(0xf0000 + block * 0x1000));
    expect(() => createMarkerMask(text)).toThrow('private characters of every block');
  });

  it('reads a marker as letters, not as a pattern', () => {
    expect(createMarkerMask([]).hide('a.c abc (x)', compileMarkers(['a.c', '(x)']))).toMatch(
      /^[^a]\.c abc [^(]x\)$/u,
    );
  });
});
