import { describe, expect, it } from 'vitest';
import { escapeControls, escapeJsonControls, hasControls } from './escape-controls.ts';

describe('text from elsewhere', () => {
  it.each([
    ['a\tb\nc', 'a\tb\nc'],
    ['\u001b[31mred\u0007', '\\x1b[31mred\\x07'],
    ['over\rwritten\b', 'over\\x0dwritten\\x08'],
    ['\u007f\u0085\u009b31m', '\\x7f\\x85\\x9b31m'],
    ['\u202egnp.exe\u2066', '\\u202egnp.exe\\u2066'],
    ['zero\u200bwidth\ufeff\u00ad', 'zero\\u200bwidth\\ufeff\\xad'],
    ['lines\u2028and\u2029paragraphs', 'lines\\u2028and\\u2029paragraphs'],
    ['tags\u{e0041}', 'tags\\u{e0041}'],
    ['half \ud83d of one', 'half \\ud83d of one'],
    ['né 🐝 👩‍👩‍👧 می‌خواهم ❤️', 'né 🐝 👩‍👩‍👧 می‌خواهم ❤️'],
  ])('is shown without what acts: %j', (text, shown) => {
    expect(escapeControls(text)).toBe(shown);
    expect(hasControls(text)).toBe(text !== shown);
  });

  it('in JSON stays the same value', () => {
    const value = { 'a\u007f\u202e': 'b\u001b\u009b\u{e0041}\ud83d🐝' };
    const json = escapeJsonControls(JSON.stringify(value));
    expect(json).toBe('{"a\\u007f\\u202e":"b\\u001b\\u009b\\udb40\\udc41\\ud83d🐝"}');
    expect(JSON.parse(json)).toEqual(value);
  });
});
