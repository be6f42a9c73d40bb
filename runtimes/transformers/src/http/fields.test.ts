import { describe, expect, it } from 'vitest';
import {
  isGiven,
  readBoolean,
  readChoice,
  readFields,
  readNumber,
  readString,
  readStrings,
} from './fields.ts';

const refusal = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return error;
  }
};

describe('fields of a body', () => {
  it('refuses an unknown field and names the known ones', () => {
    expect(refusal(() => readFields({ a: 1, b: 2 }, 'body', ['a', 'c']))).toMatchObject({
      field: 'b',
      message: 'b is not supported here; supported are a, c',
    });
  });

  it('takes null as absent, whatever the name', () => {
    const fields = readFields({ a: null, zzz: null }, 'body', ['a']);
    expect([readString(fields, 'a'), readNumber(fields, 'a', { least: 1, most: 2 })]).toEqual([null, null]);
    expect([readBoolean(fields, 'a'), readChoice(fields, 'a', ['x'])]).toEqual([null, null]);
    expect(isGiven(fields.a)).toBe(false);
  });

  it('lets by a field with a value that means nothing, and refuses it with another', () => {
    const read = (value: unknown) => readFields({ n: value }, 'body', ['a'], { n: [[], 1] });
    expect([read([]), read(1)]).toEqual([{}, {}]);
    expect(refusal(() => read(2))).toMatchObject({
      field: 'n',
      message: 'n is not supported; leave it out or send []; received 2',
    });
  });

  it.each([
    [() => readFields([], 'body', []), 'body must be an object; received []'],
    [
      () => readNumber({ n: 1.5 }, 'n', { least: 1, most: 2, whole: true }),
      'n must be a whole number from 1 to 2; received 1.5',
    ],
    [
      () => readNumber({ n: '1' }, 'n', { least: 1, most: 2 }),
      'n must be a number from 1 to 2; received "1"',
    ],
    [() => readBoolean({ b: 1 }, 'b'), 'b must be true or false; received 1'],
    [() => readChoice({ c: 'x' }, 'c', ['y', 'z']), 'c must be one of y, z; received "x"'],
    [() => readStrings({ s: ['a', 1] }, 's', 3), 's[1] must be a string; received 1'],
    [() => readStrings({ s: [] }, 's', 3), 's must have 1 to 3 entries; received 0'],
    [() => readStrings({ s: ['a', 'b'] }, 's', 1), 's must be one string; received 2'],
    [() => readStrings({ s: [1, 2] }, 's', 3), 's must be text: token ids are not taken'],
    [() => readStrings({ s: [[1], [2, 3]] }, 's', 3), 's must be text: token ids are not taken'],
    [() => readStrings({}, 's', 3), 's must be given'],
    [() => readStrings({ s: null }, 's', 3), 's must be given'],
  ])('explains %#: %s', (run, message) => {
    expect(refusal(run)).toMatchObject({ code: 'INVALID_BODY', message });
  });

  it('shortens what it quotes', () => {
    const error = refusal(() => readBoolean({ b: 'x'.repeat(1000) }, 'b'));
    expect(error).toMatchObject({ message: expect.stringMatching(/^.{50,130}$/) });
  });
});
