import { expect, test } from 'vitest';
import { decideReplicas, type ScalePicture } from './decide-replicas.ts';
import { createDemandWindow } from './demand-window.ts';

interface Change {
  readonly purpose?: ScalePicture['purpose'];
  readonly proof?: ScalePicture['proof'];
  readonly bounds?: Partial<ScalePicture['bounds']>;
  readonly demand?: Partial<ScalePicture['demand']>;
  readonly live?: number;
}

/** Two requests a replica, at most five replicas, kept for a minute. */
function picture(change: Change): ScalePicture {
  return {
    purpose: change.purpose ?? 'serve',
    proof: change.proof ?? 'proved',
    bounds: {
      minReplicas: 0,
      maxReplicas: 5,
      targetConcurrency: 2,
      scaleDownDelayMs: 10_000,
      retentionMs: 60_000,
      ...change.bounds,
    },
    demand: { inFlight: 0, waiting: 0, peak: 0, idleMs: null, ...change.demand },
    replicas: { live: change.live ?? 0, ready: change.live ?? 0 },
    learned: { startMs: null },
  };
}

const cases: readonly (readonly [string, Change, number, string])[] = [
  ['nothing is wanted without demand', {}, 0, 'need 0'],
  ['one request wakes one', { demand: { waiting: 1 } }, 1, 'waiting need 1'],
  ['demand is shared by the target, rounded up', { demand: { inFlight: 4, waiting: 1 } }, 3, 'need 3'],
  [
    'a fractional target counts',
    { bounds: { targetConcurrency: 0.5 }, demand: { inFlight: 1 } },
    2,
    'need 2',
  ],
  ['the maximum holds', { demand: { waiting: 400 } }, 5, 'the maximum'],
  ['the minimum holds', { bounds: { minReplicas: 2 } }, 2, 'the minimum'],
  ['a recent peak keeps what lives', { live: 3, demand: { inFlight: 1, peak: 6 } }, 3, 'up to 6 at once'],
  ['a recent peak starts nothing', { live: 1, demand: { inFlight: 1, peak: 6 } }, 1, 'need 1'],
  ['the last replica is retained', { live: 1, demand: { idleMs: 59_999 } }, 1, 'kept for 60000 ms'],
  ['retention ends', { live: 1, demand: { idleMs: 60_000 } }, 0, 'need 0'],
  ['retention starts nothing', { live: 0, demand: { idleMs: 5 } }, 0, 'need 0'],
  ['more than one idle replica shrinks to the last', { live: 4, demand: { idleMs: 5 } }, 1, 'kept for'],
  ['a proof wants one', { proof: 'pending' }, 1, 'has to prove'],
  ['a failed proof wants none', { proof: 'failed', bounds: { minReplicas: 2 } }, 0, 'did not become ready'],
  [
    'a retiring revision keeps nothing warm',
    { purpose: 'retire', live: 2, bounds: { minReplicas: 2 }, demand: { peak: 9, idleMs: 0 } },
    0,
    'need 0',
  ],
  ['a retiring revision serves who is there', { purpose: 'retire', demand: { inFlight: 3 } }, 2, 'need 2'],
];

test.each(cases)('%s', (_name, change, desired, reason) => {
  const plan = decideReplicas(picture(change));
  expect(plan.desired).toBe(desired);
  expect(plan.reasons.join('; ')).toContain(reason);
});

test('the demand window remembers the highest of each second for as long as it is asked about', () => {
  const window = createDemandWindow(3_600_000);
  window.sample(1_000, 4);
  window.sample(1_500, 9);
  window.sample(1_900, 2);
  window.sample(5_000, 3);
  expect(window.peakOver(5_000, 10_000)).toBe(9);
  expect(window.peakOver(5_000, 1_000)).toBe(3);
  expect(window.peakOver(20_000, 1_000)).toBe(0);
  for (let second = 10; second < 8_000; second += 1) window.sample(second * 1_000, 1);
  expect(window.peakOver(8_000_000, 3_600_000)).toBe(1);
});
