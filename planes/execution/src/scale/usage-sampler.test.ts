import { type Logger, silentLogger } from '@beeline/core/base';
import { createFakeClock, type FakeClock } from '@beeline/core/testing';
import type { InstanceStats } from '@beeline/drivers/interface';
import { beforeEach, expect, test } from 'vitest';
import { createUsageSampler } from './usage-sampler.ts';

const windowMs = 60_000;
const mib = 1_048_576;

let clock: FakeClock;
let warnings: string[];
let logger: Logger;
/** What the driver says of each instance; it fails for those that are not here. */
let known: Record<string, Partial<InstanceStats>>;
beforeEach(() => {
  clock = createFakeClock();
  warnings = [];
  logger = { ...silentLogger, warn: (_fields, message) => warnings.push(message) };
  known = {};
});

const stats = async (id: string): Promise<InstanceStats> => {
  const found = known[id];
  if (found === undefined) throw new Error(`${id} cannot be read`);
  return { memoryBytes: 0, cpuMs: 0, processes: 1, ...found };
};

/** A sampler that is asked once a second, of all that are named. */
function open(metric: 'cpu' | 'memory') {
  const sampler = createUsageSampler(metric, { clock, logger });
  return {
    async second(now: typeof known, ready = Object.keys(now)) {
      known = now;
      await clock.advance(1_000);
      await sampler.sample(ready, stats, windowMs);
    },
    read: (as = metric) =>
      sampler.read(clock.monotonicMs(), { metric: as, stableWindowMs: windowMs })?.stable ?? null,
  };
}

test('processor time is a rate between two readings, of all replicas together', async () => {
  const { second, read } = open('cpu');
  await second({ a: { cpuMs: 5_000 }, b: { cpuMs: 100 } });
  expect(read()).toBeNull();
  await second({ a: { cpuMs: 5_900 }, b: { cpuMs: 400 } });
  expect(read()).toBeCloseTo(120);
});

test('a replica that has just become ready counts from its second reading on', async () => {
  const { second, read } = open('cpu');
  await second({ a: { cpuMs: 0 } });
  await second({ a: { cpuMs: 800 }, b: { cpuMs: 9_000 } });
  expect(read()).toBeCloseTo(80);
  await second({ a: { cpuMs: 1_200 }, b: { cpuMs: 9_400 } });
  expect(read()).toBeCloseTo(80);
});

test('processes that end take their time with them, which is no negative use', async () => {
  const { second, read } = open('cpu');
  await second({ a: { cpuMs: 5_000 } });
  await second({ a: { cpuMs: 1_000 } });
  expect(read()).toBe(0);
});

test('memory is read in MiB and counts at once', async () => {
  const { second, read } = open('memory');
  await second({ a: { memoryBytes: 300 * mib }, b: { memoryBytes: 200 * mib } });
  expect(read()).toBe(500);
});

test('a reading that fails is told once, left out, and does not make its replica look idle', async () => {
  const { second, read } = open('memory');
  const one = { a: { memoryBytes: 300 * mib } };
  await second(one, ['a', 'b']);
  await second(one, ['a', 'b']);
  expect(read()).toBe(600);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^the memory of a replica cannot be read: /);
});

test('when nothing can be read, nothing is known', async () => {
  const { second, read } = open('memory');
  await second({}, ['a']);
  expect(read()).toBeNull();
});

test('no replica uses nothing', async () => {
  const { second, read } = open('memory');
  await second({ a: { memoryBytes: 300 * mib } });
  await second({});
  expect(read()).toBe(150);
});

test('what was measured in another unit is not used after the metric was changed', async () => {
  const { second, read } = open('memory');
  await second({ a: { memoryBytes: 300 * mib } });
  expect(read('cpu')).toBeNull();
});

test('a replica that fails again after it could be read is told again', async () => {
  const { second } = open('memory');
  const both = { a: { memoryBytes: mib }, b: { memoryBytes: mib } };
  await second({ a: { memoryBytes: mib } }, ['a', 'b']);
  await second(both);
  await second({ a: { memoryBytes: mib } }, ['a', 'b']);
  expect(warnings).toHaveLength(2);
});

test('one that is gone and comes back begins anew', async () => {
  const { second, read } = open('cpu');
  await second({ a: { cpuMs: 0 }, b: { cpuMs: 1_000 } });
  await second({ a: { cpuMs: 100 } });
  await second({ a: { cpuMs: 200 }, b: { cpuMs: 9_000 } });
  expect(read()).toBeCloseTo(10);
});

test('of several that cannot be read each counts as much as those that can on average', async () => {
  const { second, read } = open('memory');
  await second({ a: { memoryBytes: 300 * mib }, b: { memoryBytes: 100 * mib } }, ['a', 'b', 'c', 'd', 'e']);
  expect(read()).toBe(1_000);
});
