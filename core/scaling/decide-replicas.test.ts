import { expect, test } from 'vitest';
import { decideReplicas } from './decide-replicas.ts';
import type { ScaleMemory, ScalePicture } from './scale-picture.ts';

interface Change {
  readonly purpose?: ScalePicture['purpose'];
  readonly proof?: ScalePicture['proof'];
  readonly bounds?: Partial<ScalePicture['bounds']>;
  readonly demand?: Partial<ScalePicture['demand']>;
  readonly usage?: ScalePicture['usage'];
  readonly learned?: Partial<ScalePicture['learned']>;
  readonly memory?: Partial<ScaleMemory> | null;
  readonly live?: number;
  readonly ready?: number;
  readonly startingForMs?: number;
  readonly fullness?: number;
}

const now = 1_000_000;

/** Two at once a replica, at most five replicas, a quick start, requests that take a second. */
function picture(change: Change): ScalePicture {
  const live = change.live ?? 0;
  return {
    nowMs: now,
    purpose: change.purpose ?? 'serve',
    proof: change.proof ?? 'proved',
    bounds: {
      minReplicas: 0,
      maxReplicas: 5,
      metric: 'concurrency',
      target: 2,
      scaleUpMinimum: 1,
      stableWindowMs: 60_000,
      scaleDownDelayMs: 10_000,
      retentionMs: 60_000,
      ...change.bounds,
    },
    demand: {
      inFlight: 0,
      waiting: 0,
      idleMs: null,
      stablePerSecond: 0,
      panicPerSecond: 0,
      serviceMs: 1_000,
      quietMs: null,
      ...change.demand,
    },
    usage: change.usage ?? null,
    replicas: { live, ready: change.ready ?? live, startingForMs: change.startingForMs ?? null },
    learned: { startMs: 50, serviceMs: null, ...change.learned },
    fullness: change.fullness ?? 0,
    memory:
      change.memory === null
        ? null
        : { wanted: [], panic: null, step: { atMs: now - 5_000, live }, ...change.memory },
  };
}

const recently = (replicas: number, agoMs: number) => ({ wanted: [{ atMs: now - agoMs, replicas }] });
const slow = { startMs: 60_000 };

const cases: readonly (readonly [string, Change, number, string])[] = [
  ['nothing is wanted without demand', {}, 0, 'need 0'],
  ['one request wakes one', { demand: { waiting: 1 } }, 1, 'need 1'],
  ['long requests need a slot each, rounded up', { demand: { inFlight: 4, waiting: 1 } }, 3, 'need 3'],
  ['a fractional target counts', { bounds: { target: 0.5 }, demand: { inFlight: 1 } }, 2, 'need 2'],
  ['the maximum holds', { demand: { waiting: 400 } }, 5, 'the maximum'],
  ['the minimum holds', { bounds: { minReplicas: 2 } }, 2, 'the minimum'],
  [
    'short requests that wait are worked off by few replicas while starts are slow',
    { demand: { waiting: 40, serviceMs: 100 }, learned: slow },
    1,
    '40 waiting',
  ],
  [
    'the same with a service time that was measured before',
    { demand: { waiting: 40, serviceMs: null }, learned: { ...slow, serviceMs: 100 } },
    1,
    '40 waiting',
  ],
  [
    'what will come until a slow start is over counts as backlog',
    { demand: { waiting: 2, stablePerSecond: 10, panicPerSecond: 10, serviceMs: 100 }, learned: slow },
    4,
    'need 4',
  ],
  [
    'replicas that have been starting leave less to come',
    {
      demand: { waiting: 2, stablePerSecond: 10, panicPerSecond: 10, serviceMs: 100 },
      learned: slow,
      live: 4,
      ready: 0,
      startingForMs: 60_000,
      bounds: { scaleDownDelayMs: 0 },
    },
    2,
    'need 2',
  ],
  [
    'arrivals of the stable window are provided for when starts are slow',
    { demand: { inFlight: 1, stablePerSecond: 5 }, live: 3, learned: slow, bounds: { maxReplicas: 9 } },
    5,
    'need 5',
  ],
  [
    'and not when starts are quick: they are made on demand',
    { demand: { inFlight: 1, stablePerSecond: 4 }, live: 1 },
    1,
    'need 1',
  ],
  [
    'what takes no time at all needs nothing',
    { demand: { stablePerSecond: 5, panicPerSecond: 5, serviceMs: 0 }, learned: { startMs: 0 } },
    0,
    'need 0',
  ],
  [
    'requests per second are shared by the target',
    { bounds: { metric: 'rps', target: 10 }, demand: { inFlight: 1, panicPerSecond: 35 }, live: 4 },
    4,
    'need 4 at 10 requests per second',
  ],
  [
    'leaving zero takes as many as the deployment asks for',
    { bounds: { scaleUpMinimum: 3 }, demand: { waiting: 1 } },
    3,
    'leaving zero takes 3',
  ],
  [
    'a recent want keeps what lives',
    { live: 3, demand: { inFlight: 1 }, memory: recently(3, 9_999) },
    3,
    'wanted within',
  ],
  ['for the delay', { live: 2, demand: { inFlight: 1 }, memory: recently(2, 10_000) }, 1, 'need 1'],
  [
    'a recent want starts nothing',
    { live: 1, demand: { inFlight: 1 }, memory: recently(5, 10) },
    1,
    'need 1',
  ],
  ['the last replica is retained', { live: 1, demand: { idleMs: 59_999 } }, 1, 'kept for'],
  ['retention ends', { live: 1, demand: { idleMs: 60_000 } }, 0, 'need 0'],
  ['retention starts nothing', { live: 0, demand: { idleMs: 5 } }, 0, 'need 0'],
  ['a proof wants one', { proof: 'pending' }, 1, 'has to prove'],
  ['a failed proof wants none', { proof: 'failed', bounds: { minReplicas: 2 } }, 0, 'did not become ready'],
  [
    'a retiring revision keeps nothing warm',
    { purpose: 'retire', live: 2, bounds: { minReplicas: 2 }, demand: { idleMs: 0 }, memory: recently(2, 5) },
    0,
    'need 0',
  ],
  ['a retiring revision wakes one for who waits', { purpose: 'retire', demand: { waiting: 3 } }, 2, 'need 2'],
  [
    'who still comes to a retiring revision is served as before',
    { purpose: 'retire', live: 2, demand: { inFlight: 3, quietMs: 1_999 } },
    2,
    'need 2',
  ],
  [
    'one replica stays for stragglers, for a moment',
    { purpose: 'retire', live: 2, demand: { quietMs: 1_999 } },
    1,
    'need 1',
  ],
  ['then none does', { purpose: 'retire', live: 2, demand: { quietMs: 2_000 } }, 0, 'nobody comes any more'],
  [
    'what a retiring revision works on ends on replicas that drain',
    { purpose: 'retire', live: 2, demand: { inFlight: 3 } },
    0,
    'need 0',
  ],
  [
    'who waits for a retiring revision does so because those that are ready are full',
    { purpose: 'retire', live: 1, demand: { inFlight: 4, waiting: 1 } },
    2,
    'need 2',
  ],
];

test.each(cases)('%s', (_name, change, desired, reason) => {
  const plan = decideReplicas(picture(change));
  expect(plan.desired).toBe(desired);
  expect(plan.reasons.join('; ')).toContain(reason);
});

/** Published rules of Knative's autoscaler that hold here too. */
const knativeRules: readonly (readonly [string, Change, number])[] = [
  ['desired is demand over target, rounded up', { demand: { inFlight: 5 }, live: 3 }, 3],
  [
    'panic begins at twice what is ready',
    { demand: { inFlight: 4 }, live: 1, bounds: { scaleDownDelayMs: 60_000 } },
    2,
  ],
  [
    'panic never goes below the highest seen in it',
    { demand: { inFlight: 1 }, live: 4, memory: { panic: { untilMs: now + 1, replicas: 4 } } },
    4,
  ],
  [
    'panic ends after its window',
    { demand: { inFlight: 1 }, live: 2, memory: { panic: { untilMs: now, replicas: 2 } } },
    1,
  ],
  [
    'after a restart with several replicas it is in panic',
    { demand: { inFlight: 1 }, live: 4, memory: null },
    4,
  ],
  ['after a restart with one replica it is not', { live: 1, memory: null }, 0],
  ['at most half goes at once', { live: 5 }, 2],
  ['the last one may go', { live: 1 }, 0],
  ['the scale-down delay uses the maximum over its window', { live: 4, memory: recently(4, 5_000) }, 4],
  ['the activation scale counts only when something is wanted', { bounds: { scaleUpMinimum: 3 } }, 0],
  ['minimum and maximum bound the result', { live: 5, demand: { inFlight: 99 } }, 5],
];

test.each(knativeRules)('as in Knative: %s', (_name, change, desired) => {
  expect(decideReplicas(picture(change)).desired).toBe(desired);
});

test('panic is extended as long as twice what is ready is needed, and remembers its highest', () => {
  const first = decideReplicas(picture({ demand: { inFlight: 8 }, live: 1 }));
  expect(first.memory.panic).toEqual({ untilMs: now + 10_000, replicas: 4 });
  const { memory } = decideReplicas({
    ...picture({ demand: { inFlight: 4 }, live: 2, memory: first.memory }),
    nowMs: now + 5_000,
  });
  expect(memory.panic).toEqual({ untilMs: now + 10_000, replicas: 4 });
});

test('one step of shrinking lasts two seconds, however often is decided', () => {
  const before = { bounds: { maxReplicas: 100 }, live: 16 };
  const first = decideReplicas(picture(before));
  expect(first.desired).toBe(8);
  const soon = picture({ ...before, live: 8, memory: first.memory });
  expect(decideReplicas({ ...soon, nowMs: now + 1_999 }).desired).toBe(8);
  expect(decideReplicas({ ...soon, nowMs: now + 2_000 }).desired).toBe(4);
});

test('a picture that was written down gives the same plan again', () => {
  const one = picture({ demand: { inFlight: 3, waiting: 2, stablePerSecond: 4 }, live: 2 });
  expect(decideReplicas(JSON.parse(JSON.stringify(one)))).toEqual(decideReplicas(one));
});
