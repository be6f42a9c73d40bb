import { describe, expect, it } from 'vitest';
import { parseUserYaml, valuesOf } from './parse-user-yaml.ts';
import { yamlLimits } from './yaml-limits.ts';

const read = (text: string) => {
  const parsed = parseUserYaml(text);
  return parsed.ok ? parsed.documents.map(valuesOf) : parsed.message;
};

describe('YAML of a user', () => {
  it.each([
    ['a: 1\r\nb: [x, "y"]\r\n', [{ a: 1, b: ['x', 'y'] }]],
    ['{\n\t"a": {"b": ["c"]}\n}', [{ a: { b: ['c'] } }]],
    ['a: &x {b: 1}\nc: *x', [{ a: { b: 1 }, c: { b: 1 } }]],
    ['a: no\nb: 2024-01-01\nc: 0o17\nd: 017', [{ a: 'no', b: '2024-01-01', c: 15, d: 17 }]],
    ['%YAML 1.1\n---\na: no', [{ a: 'no' }]],
    ['a: 9007199254740991\nb: 1e300', [{ a: 9007199254740991, b: 1e300 }]],
    ['a: *x', 'is not valid YAML at line 1, column 4: *x names no anchor above it in its document'],
    ['a: &x 1\n---\nb: *x', /line 3, column 4: \*x names no anchor/],
    ['a: &x {b: *x}', 'is not valid YAML at line 1, column 11: *x stands inside of what it names'],
    ['a: 1\n"a": 2', 'is not valid YAML at line 2, column 1: the key "a" is there already'],
    ['1: a\n"1": b', /line 2, column 1: the key "1" is there already/],
    ['a: {<<: {b: 1}}', /line 1, column 5: merge keys \(<<\) are not read; write the fields out/],
    ['? [a]\n: b', /line 1, column 3: a key must be a text/],
    ['a: 9007199254740993', /line 1, column 4: the number is too large to be exact; put it in quotes/],
    ['a: !secret b', /line 1, column 4: Unresolved tag: !secret/],
    ['a: !!binary aGk=', /line 1, column 4: Unresolved tag: /],
    ['a: 1\n\tb: 2', /line 2, column \d+: /],
    ['a: [1', /line 1, column \d+: /],
    ['a: "b\0"', 'is not valid YAML at line 1, column 6: the character U+0000 is not allowed'],
    ['a: \u001b[31m', /column 4: the character U\+001B is not allowed/],
    ['a: \ud83d', /column 4: the character U\+D83D is not allowed/],
  ])('%j', (text, expected) => {
    if (expected instanceof RegExp) expect(read(text)).toMatch(expected);
    else expect(read(text)).toEqual(expected);
  });

  it('stands for no more values than the limit, however its aliases multiply', () => {
    const names = 'abcdefghi'.split('');
    const bomb = names.map((name, index) => {
      const before = names[index - 1];
      const items = Array.from({ length: 9 }, () => (before === undefined ? 'x' : `*${before}`));
      return `${name}: &${name} [${items.join(', ')}]`;
    });
    expect(read(bomb.join('\n'))).toMatch(/at line 5, column \d+: a document must have at most 20000 values/);
  });

  it.each([
    ['flow lists', '['.repeat(100_000)],
    ['lists', '- '.repeat(100_000)],
    ['mappings', Array.from({ length: 40 }, (_, level) => `${' '.repeat(level)}a:\n`).join('')],
  ])('has at most so many %s inside each other', (_what, text) => {
    expect(read(text)).toMatch(/mappings and lists must be at most 32 deep/);
  });

  it('may be as deep as the limit says', () => {
    const { depth } = yamlLimits;
    expect(read(`${'['.repeat(depth)}1${']'.repeat(depth)}`)).toHaveLength(1);
    expect(read(`${'['.repeat(depth + 1)}1${']'.repeat(depth + 1)}`)).toMatch(/at most 32 deep/);
    expect(read(`${'- '.repeat(depth)}1`)).toHaveLength(1);
    expect(read(`${'- '.repeat(depth + 1)}1`)).toMatch(/at most 32 deep/);
  });

  it.each([
    [
      'aliases',
      `a: &a 1\nb: [${'*a, '.repeat(101)}]`,
      /line 2, column \d+: it must have at most 100 aliases/,
    ],
    ['values', `a: [${'1, '.repeat(20_001)}]`, /at most 20000 values/],
    ['documents', '--- 1\n'.repeat(1_002), /at most 1000 documents/],
    ['bytes', `a: ${'x'.repeat(2 * 1024 ** 2)}`, /it must have at most 2 ?MiB/],
  ])('has at most so many %s', (_what, text, message) => {
    expect(read(text)).toMatch(message);
  });

  it('finds a key again among thousands', () => {
    const keys = Array.from({ length: 2_000 }, (_, index) => `k${index}: v\n`).join('');
    expect(read(keys)).toHaveLength(1);
    expect(read(`${keys}k7: w`)).toMatch(/at line 2001, column 1: the key "k7" is there already/);
  });
});
