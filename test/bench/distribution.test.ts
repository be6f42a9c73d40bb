import { expect, it } from 'vitest';
import { describeDistribution } from './distribution.ts';

it('takes percentiles by nearest rank, whatever the order of the values', () => {
  const values = Array.from({ length: 20 }, (_, index) => 20 - index);
  expect(describeDistribution(values)).toEqual({ min: 1, p50: 10, p90: 18, p99: 20, max: 20 });
  expect(describeDistribution([7])).toEqual({ min: 7, p50: 7, p90: 7, p99: 7, max: 7 });
});
