import { describe, expect, it } from 'vitest';
import { parseDocuments } from './parse-documents.ts';

const values: Readonly<Record<string, string>> = {
  COUNT: '3',
  ON: 'true',
  TEXT: 'a: b\n- c "d"',
  VERSION: '1.10',
};
const lookups = {
  variable: (name: string) => values[name],
  secret: (name: string) => ({ KEY: '12345' })[name],
};
const contentOf = (text: string) => parseDocuments(text, lookups)[0]?.value;

describe('parseDocuments', () => {
  it('reads several documents and leaves out empty ones', () => {
    expect(parseDocuments('---\na: 1\n---\n---\nb: 2\n---\n', lookups).map(({ value }) => value)).toEqual([
      { a: 1 },
      { b: 2 },
    ]);
  });

  it('gives a bare variable the type of its value, and text to one in quotes', () => {
    expect(contentOf(`a: $COUNT\nb: "$COUNT"\nc: $ON\nd: \${NONE:5}\ne: v$COUNT\nf: "\${VERSION}"`)).toEqual({
      a: 3,
      b: '3',
      c: true,
      d: 5,
      e: 'v3',
      f: '1.10',
    });
  });

  it('puts values in without letting them change the document', () => {
    expect(contentOf('a: $TEXT\nb: 1')).toEqual({ a: 'a: b\n- c "d"', b: 1 });
  });

  it('keeps a secret text, and knows the field it is in', () => {
    const [document] = parseDocuments(
      'spec:\n  envs:\n  - {name: A, value: x}\n  - {name: B, value: $secrets.KEY}',
      lookups,
    );
    expect(document?.value).toEqual({
      spec: {
        envs: [
          { name: 'A', value: 'x' },
          { name: 'B', value: '12345' },
        ],
      },
    });
    expect(document?.secretFields).toEqual(['spec.envs[1].value']);
  });

  it('names a variable without a value and its field, and nothing in comments or keys', () => {
    const [document] = parseDocuments('# $NONE\n$KEYISH: {b: ["$NONE"]}', lookups);
    expect(document?.unset).toEqual([{ name: 'NONE', field: '$KEYISH.b[0]' }]);
  });

  it('refuses a secret that is not set, by name and field', () => {
    expect(() => parseDocuments('a: {b: $secrets.NONE}', lookups)).toThrowError(
      'a.b: there is no secret NONE',
    );
  });

  it.each([
    ['a: [1', /^is not valid YAML at line 1, column \d+: /],
    ['a: 1\na: 2', /^is not valid YAML at line 2, column 1: the key "a" is there already/],
    ['- a', /^is not a manifest/],
    ['text', /^is not a manifest/],
  ])('refuses %j', (text, message) => {
    expect(() => parseDocuments(text, lookups)).toThrowError(message);
  });

  it('reads JSON', () => {
    expect(contentOf('{\n\t"a": {"b": ["$COUNT"]}\n}')).toEqual({ a: { b: ['3'] } });
  });
});
