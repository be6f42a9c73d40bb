import { expect, test } from 'vitest';
import { createDemandBuckets } from '../../demand-buckets.ts';
import { createRayServePolicy } from './ray-serve-policy.ts';

/** What is wanted at each second, when `ongoing` says how many requests there are; 10 at once are the target. */
function replay(seconds: number, ongoing: (second: number) => number, maxReplicas = 100): readonly number[] {
  const policy = createRayServePolicy({ concurrency: 15, maxReplicas });
  const demand = createDemandBuckets(0);
  return Array.from({ length: seconds }, (_, second) =>
    policy.decide({
      nowMs: second * 1_000,
      inFlight: ongoing(second),
      waiting: 0,
      live: 1,
      ready: 1,
      startingForMs: null,
      idleMs: null,
      demand,
      learnedStartMs: null,
    }),
  );
}

/** The seconds at which the number changed, with the new one. */
const changes = (wanted: readonly number[]) =>
  wanted.flatMap((replicas, second) =>
    second > 0 && replicas !== wanted[second - 1] ? [[second, replicas]] : [],
  );

test('more has to be wanted for 30 seconds before it is made', () => {
  expect(changes(replay(60, () => 50))).toEqual([[30, 5]]);
});

test('less has to be wanted for 600 seconds, and one replica stays', () => {
  const wanted = replay(800, (second) => (second < 60 ? 50 : 0));
  // The mean of the last 30 seconds falls to 40, which is less than 5 replicas, 6 seconds after the load.
  expect(changes(wanted)).toEqual([
    [30, 5],
    [665, 1],
  ]);
});

test('a want that is interrupted begins anew', () => {
  // In the mean of 30 seconds the first load is gone from second 24 on, the next is there from second 46 on.
  const wanted = replay(100, (second) => (second < 5 || second >= 40 ? 50 : 0));
  expect(changes(wanted)).toEqual([[76, 5]]);
});

test('readings are averaged over 30 seconds', () => {
  expect(changes(replay(70, (second) => (second % 2 === 0 ? 40 : 0)))).toEqual([[30, 2]]);
});

test('the maximum holds', () => {
  expect(Math.max(...replay(60, () => 50, 3))).toBe(3);
});
