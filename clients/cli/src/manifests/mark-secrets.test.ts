import { describe, expect, it } from 'vitest';
import { markSecrets } from './mark-secrets.ts';
import { parseDocuments } from './parse-documents.ts';

const lookups = {
  variable: () => undefined,
  secret: (name: string) => (name === 'KEY' ? 'hush-hush' : undefined),
};

function mark(text: string) {
  const [document] = parseDocuments(text, lookups);
  if (document === undefined) throw new Error('there is no document');
  return markSecrets(document);
}
const envs = (...lines: readonly string[]) =>
  `spec:\n  runtime:\n    envs:\n${lines.map((line) => `    - ${line}\n`).join('')}`;

function violations(text: string): unknown {
  try {
    mark(text);
  } catch (error) {
    return (error as { fields: unknown }).fields;
  }
  return 'taken';
}

describe('a variable with a secret in its value', () => {
  it('says so to the platform, and the others do not', () => {
    const { value, secretFields } = mark(
      envs(
        '{name: A, value: x}',
        '{name: B, value: "Bearer $secrets.KEY"}',
        '{name: C, value: y, secret: true}',
      ),
    );
    expect(value).toMatchObject({
      spec: {
        runtime: {
          envs: [
            { name: 'A', value: 'x' },
            { name: 'B', value: 'Bearer hush-hush', secret: true },
            { name: 'C', value: 'y', secret: true },
          ],
        },
      },
    });
    expect(secretFields).toEqual(['spec.runtime.envs[1].value', 'spec.runtime.envs[2].value']);
  });

  it.each([
    ['another field', 'metadata: {labels: {a: $secrets.KEY}}', 'metadata.labels.a', 'must not hold a secret'],
    ['a name', envs('{name: $secrets.KEY, value: x}'), 'spec.runtime.envs[0].name', 'must not hold a secret'],
    [
      'secret: false',
      envs('{name: A, value: $secrets.KEY, secret: false}'),
      'spec.runtime.envs[0].secret',
      'must be true, because the value comes from $secrets',
    ],
    [
      'an anchor, with which it could get elsewhere',
      `${envs('{name: A, value: &k $secrets.KEY}')}metadata: {labels: {a: *k}}`,
      'spec.runtime.envs[0].value',
      'has the anchor &k on a value with $secrets',
    ],
  ])('is refused in %s', (_name, text, field, rule) => {
    const found = violations(text);
    expect(found).toEqual([expect.objectContaining({ field, rule: expect.stringContaining(rule) })]);
    expect(JSON.stringify(found)).not.toContain('hush');
  });
});
