import { describe, expect, it } from 'vitest';
import { keepNucleus } from './keep-nucleus.ts';

const logits = (...probabilities: number[]) => Float32Array.from(probabilities, Math.log);
const kept = (values: Float32Array) =>
  [...values.keys()].filter((index) => Number.isFinite(values[index] ?? Number.NEGATIVE_INFINITY));

describe('nucleus', () => {
  it.each([
    { share: 0.000001, indices: [1] },
    { share: 0.5, indices: [1] },
    { share: 0.6, indices: [1, 3] },
    { share: 0.95, indices: [0, 1, 3] },
    { share: 1, indices: [0, 1, 2, 3] },
  ])('keeps the likeliest entries that reach $share', ({ share, indices }) => {
    const values = logits(0.15, 0.55, 0.05, 0.25);
    keepNucleus(values, share);
    expect(kept(values)).toEqual(indices);
  });

  it('leaves the logits of kept entries as they are', () => {
    const values = Float32Array.of(3, -2, 1);
    keepNucleus(values, 0.99);
    expect([...values]).toEqual([3, Number.NEGATIVE_INFINITY, 1]);
  });
});
