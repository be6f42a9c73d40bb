import { describe, expect, it } from 'vitest';
import { compareWithNode, messageKinds } from './testing/compare-with-node.ts';

describe('whatever is accepted', () => {
  it.each(messageKinds)('means the same to a second parser: %s', async (kind) => {
    const { compared, different } = await compareWithNode(kind, 7, 1_000);
    expect(different).toEqual([]);
    expect(compared).toBeGreaterThan(40);
  });
});
