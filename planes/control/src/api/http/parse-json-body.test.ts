import { describe, expect, it } from 'vitest';
import { parseJsonBody } from './parse-json-body.ts';

const parse = (text: string) => parseJsonBody(Buffer.from(text));

describe('a JSON body', () => {
  it('is read when each object has its keys once', () => {
    const value = { a: { name: 1 }, b: { name: 2 }, list: ['name', 'name', { name: '"name": "\\"' }] };
    expect(parse(JSON.stringify(value, null, 2))).toEqual(value);
  });

  it.each([
    ['a key twice', '{"a": 1, "b": {"c": [], "d": "}", "c" : 2}}', /has the key "c" twice/],
    ['a key twice, written differently', '{"ab": 1, "\\u0061b": 2}', /has the key "ab" twice/],
    ['thousands of lists', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, /at most 32 mappings and lists/],
    ['a break in it', '{"a": ', /not valid JSON/],
    ['half of a pair', '{"a": "\\ud800"}', /half of a surrogate pair/],
  ])('is refused with %s', (_what, text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it('is refused with the place of what is no UTF-8', () => {
    const latin1 = Buffer.from('{"name": "café"}', 'latin1');
    expect(() => parseJsonBody(latin1)).toThrow(/is not UTF-8: byte 0xE9 at offset 13/);
    expect(() => parseJsonBody(Buffer.from('{"a": 1}', 'utf16le'))).toThrow(/is UTF-16, not UTF-8/);
  });
});
