import { expect, test } from 'vitest';
import { createDemandBuckets } from '../../demand-buckets.ts';
import { createHpaPolicy, recommendHpaReplicas } from './hpa-policy.ts';

test.each([
  ['twice the target doubles', 2, 20, 5, 4],
  ['half the target halves', 4, 10, 5, 2],
  ['the ratio is rounded up', 3, 18, 5, 4],
  ['up to a tenth above is tolerated', 10, 54, 5, 10],
  ['more than a tenth above is not', 10, 56, 5, 12],
  ['up to a tenth below is tolerated', 10, 46, 5, 10],
  ['more than a tenth below is not', 10, 44, 5, 9],
])('the documented formula: %s', (_name, current, requests, target, expected) => {
  expect(recommendHpaReplicas(current, requests, target)).toBe(expected);
});

/** The decisions of one policy, at which 10 requests at once are the target of a replica; each obeyed at once. */
function replay(steps: readonly (readonly [atSeconds: number, inFlight: number])[], maxReplicas = 100) {
  const policy = createHpaPolicy({ concurrency: 10 / 0.7, maxReplicas });
  let live = policy.readyAtStart;
  return steps.map(([atSeconds, inFlight]) => {
    live = policy.decide({
      nowMs: atSeconds * 1_000,
      inFlight,
      waiting: 0,
      live,
      ready: live,
      startingForMs: null,
      idleMs: null,
      demand: createDemandBuckets(0),
      learnedStartMs: null,
    });
    return live;
  });
}

test.each([
  [
    'it never goes to zero',
    [
      [0, 0],
      [15, 0],
      [600, 0],
    ],
    [1, 1, 1],
  ],
  [
    'it adds four at a time, or doubles',
    [
      [0, 900],
      [15, 900],
      [30, 900],
    ],
    [5, 10, 20],
  ],
  [
    'what was recommended within five minutes stays',
    [
      [0, 50],
      [299, 10],
      [301, 10],
    ],
    [5, 5, 1],
  ],
] as const)('as documented: %s', (_name, steps, expected) => {
  expect(replay(steps)).toEqual(expected);
});

test('the maximum holds', () => {
  expect(replay([[0, 900]], 3)).toEqual([3]);
});

test('it looks every 15 seconds, whoever waits', () => {
  expect(createHpaPolicy({ concurrency: 8, maxReplicas: 9 })).toMatchObject({
    tickMs: 15_000,
    looksAtWaiting: false,
  });
});
