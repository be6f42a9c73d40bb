import { expect, test } from 'vitest';
import { decideReplicas } from './decide-replicas.ts';
import type { ScaleMemory, ScalePicture } from './scale-picture.ts';

interface Change {
  readonly purpose?: ScalePicture['purpose'];
  readonly bounds?: Partial<ScalePicture['bounds']>;
  readonly demand?: Partial<ScalePicture['demand']>;
  /** The use of the stable window and of the panic window. */
  readonly use?: readonly [stable: number, panic: number];
  readonly memory?: Partial<ScaleMemory>;
  readonly live?: number;
  readonly ready?: number;
}

const now = 1_000_000;

/** Seventy percent of a processor each, at most five, one request in flight, nothing that keeps replicas. */
function picture({ use, live = 0, ready = live, ...change }: Change): ScalePicture {
  return {
    nowMs: now,
    purpose: change.purpose ?? 'serve',
    proof: 'proved',
    bounds: {
      minReplicas: 0,
      maxReplicas: 5,
      metric: 'cpu',
      target: 70,
      scaleUpMinimum: 1,
      stableWindowMs: 60_000,
      scaleDownDelayMs: 0,
      retentionMs: 0,
      ...change.bounds,
    },
    demand: {
      inFlight: 1,
      waiting: 0,
      idleMs: 1_000,
      stablePerSecond: 40,
      panicPerSecond: 90,
      serviceMs: 1_000,
      quietMs: 0,
      ...change.demand,
    },
    usage: use === undefined ? null : { stable: use[0], panic: use[1] },
    replicas: { live, ready, startingForMs: ready < live ? 1_000 : null },
    learned: { startMs: 50, serviceMs: null },
    fullness: 0,
    memory: { wanted: [], panic: null, step: { atMs: now - 1_000, live: 0 }, ...change.memory },
  };
}

const nobody = { inFlight: 0, waiting: 0 };
const memory = { metric: 'memory', target: 1_024 } as const;

const cases: readonly (readonly [string, Change, number, string])[] = [
  [
    'the use of the replicas is divided by the target, rounded up',
    { use: [143, 143], live: 1 },
    3,
    'cpu 143 % of a processor over the stable window, target 70: 3',
  ],
  [
    'the higher window counts, so that a burst is noticed soon',
    { use: [60, 190], live: 1 },
    3,
    'cpu 190 % of a processor over the panic window, target 70: 3',
  ],
  ['and a pause is not mistaken for the end', { use: [190, 10], live: 3 }, 3, 'over the stable window'],
  [
    'memory is counted in MiB',
    { bounds: memory, use: [2_100, 2_200], live: 1 },
    3,
    'memory 2200 MiB over the panic window, target 1024: 3',
  ],
  ['a tenth above the target changes nothing', { use: [77, 77], live: 1 }, 1, 'within a tenth: 1'],
  ['more than a tenth does', { use: [78, 78], live: 1 }, 2, 'target 70: 2'],
  ['a tenth below the target changes nothing', { use: [190, 190], live: 3 }, 3, 'within a tenth: 3'],
  ['less than that does', { use: [140, 140], live: 3 }, 2, 'target 70: 2'],
  [
    'a fraction of a percent is not another replica',
    { bounds: { target: 70.1 }, use: [210.3, 210.3], live: 1 },
    3,
    'target 70.1: 3',
  ],
  ['requests and their rate do not count', { demand: { inFlight: 400 }, use: [20, 20], live: 1 }, 1, ': 1'],
  ['someone in flight keeps one, though it uses nothing', { use: [0, 0], live: 1 }, 1, '1 in flight'],
  ['someone who waits wakes one', { demand: { ...nobody, waiting: 1 } }, 1, '1 waiting need 1'],
  [
    'waking from zero takes what it is set to',
    { demand: { ...nobody, waiting: 1 }, bounds: { scaleUpMinimum: 3 } },
    3,
    'leaving zero takes 3',
  ],
  [
    'what replicas used that are gone does not count for those who wait now',
    { demand: { ...nobody, waiting: 1 }, use: [300, 300] },
    1,
    'no replica is ready',
  ],
  [
    'who waits while nothing is on its way gets one more',
    { demand: { waiting: 40 }, use: [20, 20], live: 2 },
    3,
    '1 in flight and 40 waiting need 3',
  ],
  [
    'one that is on its way is enough',
    { demand: { waiting: 40 }, use: [20, 20], live: 3, ready: 2 },
    3,
    'need 3',
  ],
  ['as long as nothing is measured, what is ready stays', { live: 3 }, 3, 'cpu is not measured yet: 3'],
  ['the maximum holds', { use: [900, 900], live: 5 }, 5, 'the maximum'],
  [
    'the minimum holds',
    { demand: nobody, bounds: { minReplicas: 2 }, use: [0, 0], live: 2 },
    2,
    'the minimum',
  ],
  [
    'nobody is there, and the last goes when its retention is over',
    { demand: nobody, use: [30, 30], live: 1 },
    0,
    'nobody',
  ],
  [
    'the last is kept for its retention',
    { demand: nobody, bounds: { retentionMs: 5_000 }, use: [30, 30], live: 1 },
    1,
    'the last replica is kept for 5s',
  ],
  [
    'a pause between requests keeps what was used',
    { demand: nobody, use: [200, 0], live: 3 },
    3,
    'nobody is there: 3',
  ],
  [
    'use without requests starts nothing',
    { demand: nobody, bounds: memory, use: [9_000, 9_000], live: 2 },
    2,
    'nobody',
  ],
  [
    'use without requests keeps nothing once nobody came for a stable window',
    { demand: { ...nobody, idleMs: 60_000 }, bounds: memory, use: [9_000, 9_000], live: 3 },
    0,
    'nobody is there: 0',
  ],
  [
    'what was wanted within the scale-down delay stays',
    {
      bounds: { scaleDownDelayMs: 10_000 },
      use: [60, 60],
      live: 3,
      memory: { wanted: [{ atMs: now - 9_000, replicas: 3 }] },
    },
    3,
    'wanted within the last 10s',
  ],
  [
    'a revision that retires serves who still comes with what they use',
    { purpose: 'retire', use: [200, 200], live: 3 },
    3,
    'it retires',
  ],
  [
    'a revision that retires and to which nobody comes lets go of all',
    { purpose: 'retire', demand: { quietMs: 2_000 }, use: [200, 200], live: 3 },
    0,
    'nobody comes any more',
  ],
  [
    'a revision that retires has one more for all who wait',
    { purpose: 'retire', demand: { quietMs: 2_000, waiting: 9 }, use: [90, 90], live: 1 },
    2,
    '9 waiting need 2',
  ],
];

test.each(cases)('%s', (_name, change, desired, reason) => {
  const plan = decideReplicas(picture(change));
  expect(plan.reasons.join('; ')).toContain(reason);
  expect(plan.desired).toBe(desired);
});

test('needing twice what is ready is a panic here too', () => {
  expect(
    decideReplicas(picture({ use: [50, 190], live: 1, bounds: { scaleDownDelayMs: 10_000 } })).memory.panic,
  ).toEqual({
    untilMs: now + 10_000,
    replicas: 3,
  });
});
