import { describe, expect, it, test } from 'vitest';
import { applyMutant, findMutants, markFunctions } from './find-mutants.ts';

const mutated = (text: string) =>
  findMutants('a.ts', text).mutants.map((mutant) => applyMutant(text, mutant));

describe('a mutation run changes', () => {
  it.each([
    ['conditions', 'if (a === b) run = a;', ['if (true) run = a;', 'if (false) run = a;', 'if (a === b) ;']],
    ['comparisons', 'const x = a < b;', ['const x = a <= b;']],
    ['equalities outside of conditions', 'const x = a !== b;', ['const x = a === b;']],
    ['sums', 'const x = a + b;', ['const x = a - b;']],
    ['both ways of a choice', 'const x = a && b;', ['const x = a || b;']],
    ['what stands in', 'const x = a ?? b;', ['const x = b;']],
    [
      'numbers',
      'const x = [0, 1, 50];',
      ['const x = [1, 1, 50];', 'const x = [0, 0, 50];', 'const x = [0, 1, 100];'],
    ],
    ['truths', 'const x = true;', ['const x = false;']],
    ['calls, by removing them', 'queue.add(item);', [';']],
    ['returned values', 'function f() { return a; }', ['function f() { return undefined as never; }']],
    ['what arrow functions give', 'const f = () => a;', ['const f = () => undefined as never;']],
    ['extremes', 'const x = Math.max(a, b);', ['const x = Math.min(a, b);']],
  ])('%s', (_name, text, expected) => {
    expect(mutated(text)).toEqual(expected);
  });

  it('the loop over a condition only so that it ends', () => {
    expect(mutated('while (more) take();')).toEqual(['while (false) take();', 'while (more) ;']);
  });
});

test.each([
  ['types', 'type A = 1 | true; const x = a as 5;'],
  ['log lines', "this.#parts.logger.warn({}, 'text');"],
  ['texts that are put together', "const x = 'a' + b;"],
  ['what gives nothing already', 'function f() { return undefined; }'],
  ['imports', "import { a } from 'b';"],
])('a mutation run leaves %s alone', (_name, text) => {
  expect(mutated(text)).toEqual([]);
});

test('a mutant knows its line and the function that has to run for it to be noticed', () => {
  const text = 'const a = 1;\nfunction outer() {\n  return list.map((x) => x - 1);\n}\n';
  const { mutants } = findMutants('a.ts', text);
  expect(mutants.map(({ line, inFunction }) => [line, inFunction])).toEqual([
    [1, null],
    [3, 0],
    [3, 0],
    [3, 0],
    [3, 0],
  ]);
  expect(markFunctions('a.ts', text, findMutants('a.ts', text))).toContain(
    'function outer() {globalThis.reachedFunctions?.add("a.ts:0");\n  return',
  );
});
