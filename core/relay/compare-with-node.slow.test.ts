import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { compareWithNode, messageKinds } from './testing/compare-with-node.ts';

/** Another one on each run; the name of a test that fails has it, to be put here. */
const seed = randomInt(2 ** 32);

describe('whatever is accepted', () => {
  it.each(messageKinds)(`means the same to a second parser, seed ${seed}: %s`, async (kind) => {
    const { compared, different } = await compareWithNode(kind, seed, 60_000);
    expect(different).toEqual([]);
    expect(compared).toBeGreaterThan(3_000);
  });
});
