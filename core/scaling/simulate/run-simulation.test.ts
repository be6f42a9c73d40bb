import { expect, test } from 'vitest';
import type { ScalingConfig } from '../../resources/index.ts';
import { decideReplicas } from '../decide-replicas.ts';
import type { ScalePicture, ScalePlan } from '../scale-picture.ts';
import { createBeelinePolicy } from './policies/beeline-policy.ts';
import { createKeepAlivePolicy } from './policies/keep-alive-policy.ts';
import { createKnativePolicy } from './policies/knative-policy.ts';
import type { ScalePolicy } from './policies/scale-policy.ts';
import { runSimulation } from './run-simulation.ts';
import { summarizeSimulation } from './summarize-simulation.ts';
import { buildSyntheticTrace } from './synthetic-trace.ts';

const bounds: ScalingConfig = {
  minReplicas: 0,
  maxReplicas: 64,
  metric: 'concurrency',
  target: 8,
  scaleUpMinimum: 1,
  stableWindowMs: 60_000,
  scaleDownDelayMs: null,
  retentionMs: null,
};
const shared = { concurrency: 8, maxReplicas: 64 };
const requests = buildSyntheticTrace('code', 7);
const run = (policy: ScalePolicy, startMs = 5_000) =>
  summarizeSimulation(runSimulation({ requests, policy, startMs, concurrency: 8 }));

test('the same seed gives the same run, another seed another one', () => {
  expect(buildSyntheticTrace('code', 7)).toEqual(requests);
  expect(buildSyntheticTrace('code', 8)).not.toEqual(requests);
  expect(run(createBeelinePolicy(bounds))).toEqual(run(createBeelinePolicy(bounds)));
});

test('our policy is the decision function of a location, and replaying its pictures gives the same plans', () => {
  const decided: { picture: ScalePicture; plan: ScalePlan }[] = [];
  const recorded = run(
    createBeelinePolicy(bounds, (picture) => {
      const plan = decideReplicas(picture);
      decided.push({ picture, plan });
      return plan;
    }),
  );
  expect(run(createBeelinePolicy(bounds))).toEqual(recorded);
  expect(decided.length).toBeGreaterThan(1_000);
  for (const { picture, plan } of decided.slice(0, 1_000)) expect(decideReplicas(picture)).toEqual(plan);
});

test('a policy that starts nothing beyond the first replica is seen to be one', () => {
  const plan: ScalePolicy = {
    name: 'one',
    tickMs: 500,
    looksAtWaiting: true,
    readyAtStart: 0,
    decide: () => 1,
  };
  expect(run(plan)).toMatchObject({ peakReplicas: 1, replicaStarts: 1, requests: requests.length });
});

test('waits, starts and replica time are those of a trace that can be worked out by hand', () => {
  const result = runSimulation({
    requests: [
      { atMs: 0, serviceMs: 1_000 },
      { atMs: 100, serviceMs: 1_000 },
      { atMs: 10_000, serviceMs: 500 },
    ],
    policy: createKeepAlivePolicy({ concurrency: 1, maxReplicas: 1, keepMs: 60_000 }),
    startMs: 2_000,
    concurrency: 1,
  });
  expect(result.waitsMs).toEqual([2_000, 2_900, 0]);
  expect(result).toMatchObject({ starts: 1, coldStarts: 2, replicaMs: 10_500, peakReplicas: 1 });
});

test('whoever finds a replica that was ready before the trace waited for no start', () => {
  const requests = [
    { atMs: 0, serviceMs: 1_000 },
    { atMs: 100, serviceMs: 1_000 },
  ];
  const policy: ScalePolicy = {
    name: 'one',
    tickMs: 500,
    looksAtWaiting: true,
    readyAtStart: 1,
    decide: () => 1,
  };
  const result = runSimulation({ requests, policy, startMs: 60_000, concurrency: 1 });
  expect(result.waitsMs).toEqual([0, 900]);
  expect(result).toMatchObject({ starts: 0, coldStarts: 0, replicaMs: 2_000 });
  // A sample shows the moment just before what happens in it.
  expect(result.samples.map(({ ready, waiting }) => [ready, waiting])).toEqual([
    [1, 0],
    [1, 1],
    [1, 0],
  ]);
});

test.each([
  [25, 'code'],
  [5_000, 'code'],
  [60_000, 'code'],
  [25, 'conv'],
  [5_000, 'conv'],
] as const)(
  'with starts of %d ms callers of the %s trace wait no longer than with the defaults of Knative, for less replica time',
  (startMs, name) => {
    const trace = buildSyntheticTrace(name, 1);
    const of = (policy: ScalePolicy) =>
      summarizeSimulation(runSimulation({ requests: trace, policy, startMs, concurrency: 8 }));
    const ours = of(createBeelinePolicy(bounds));
    const knative = of(createKnativePolicy({ ...shared, scaleDownDelayMs: 0 }));
    expect(ours.waitP99Ms).toBeLessThan(knative.waitP99Ms);
    expect(ours.replicaSeconds).toBeLessThan(knative.replicaSeconds);
  },
);
