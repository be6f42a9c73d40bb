import { describe, expect, it } from 'vitest';
import { chooseTarget } from './choose.ts';

const target = (revision: string, weight: number) => ({ revision, weight, locations: ['local'] });

describe('a revision', () => {
  it.each([
    [[target('a', 100)], 0.99, 'a'],
    [[target('a', 90), target('b', 10)], 0, 'a'],
    [[target('a', 90), target('b', 10)], 0.899, 'a'],
    [[target('a', 90), target('b', 10)], 0.9, 'b'],
    [[target('a', 90), target('b', 10)], 0.999, 'b'],
    [[target('a', 0), target('b', 100)], 0, 'b'],
    [[target('a', 1), target('b', 1), target('c', 1)], 0.5, 'b'],
  ])('of %j at %d is %s', (targets, point, revision) => {
    expect(chooseTarget(targets, point)?.revision).toBe(revision);
  });

  it('is none when there is no target', () => {
    expect(chooseTarget([], 0.5)).toBeUndefined();
  });
});
