import { describe, expect, it } from 'vitest';
import type { BeelineError } from '../base/index.ts';
import { brokenSizeRule, documentLimits } from './document-limits.ts';
import { parseModel } from './index.ts';

const model = (metadata: object, spec: object = {}) => ({
  metadata: { name: 'a', ...metadata },
  spec: { runtime: { model: 'file:/m' }, ...spec },
});

function refusalLines(document: unknown): readonly string[] {
  try {
    parseModel(document);
    return [];
  } catch (error) {
    return (error as BeelineError).message.split('\n');
  }
}

const nested = (depth: number): unknown => {
  let value: unknown = 'x';
  for (let level = 0; level < depth; level++) value = [value];
  return value;
};
const labels = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 'v']));

describe('a document', () => {
  it('is as deep and as long as the limits say, and no deeper or longer', () => {
    const { depth, values } = documentLimits;
    expect(brokenSizeRule(nested(depth))).toBeUndefined();
    expect(brokenSizeRule(nested(depth + 1))).toBe(
      'must have at most 32 mappings and lists inside each other',
    );
    expect(brokenSizeRule(Array(values - 1).fill(1))).toBeUndefined();
    expect(brokenSizeRule(Array(values).fill(1))).toBe('must have at most 20000 values');
  });

  it('that nests deeper than any stack is refused in one line', () => {
    expect(refusalLines(model({}, { deep: nested(200_000) }))).toEqual([
      'the document must have at most 32 mappings and lists inside each other',
    ]);
  });

  it('has at most so many labels, with names that are not endless', () => {
    expect(refusalLines(model({ labels: labels(256) }))).toEqual([]);
    expect(refusalLines(model({ labels: labels(257) }))).toEqual([
      expect.stringMatching(/^metadata.labels must not have more than 256 properties/),
    ]);
    expect(refusalLines(model({ labels: { ['x'.repeat(317)]: 'v' } }))).toEqual([]);
    expect(refusalLines(model({ labels: { ['x'.repeat(318)]: 'v' } }))).toEqual([
      `metadata.labels.${'x'.repeat(77)}... must have a name of 1 to 317 characters (received "v")`,
    ]);
    expect(refusalLines(model({ labels: { 'a.b/c': 1 } }))).toEqual([
      'metadata.labels.a.b/c must be string (received 1); put it in quotes: "1"',
    ]);
  });

  it('with more unknown fields than are told tells the first of them', () => {
    const lines = refusalLines(model({}, Object.fromEntries(Object.entries(labels(10_000)))));
    expect(lines).toHaveLength(25);
    expect(lines[0]).toMatch(/^spec.k0 is not a known field \(received "v"\); known fields: enabled, /);
  });

  it('with a number or a truth value for a text is told to put it in quotes', () => {
    expect(refusalLines(model({ name: 123, displayName: false }))).toEqual([
      'metadata.name must be string (received 123); put it in quotes: "123"',
      'metadata.displayName must be string (received false); put it in quotes: "false"',
    ]);
  });
});
