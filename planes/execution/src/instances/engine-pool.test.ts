import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@beeline/core/base';
import { createFakeClock, type FakeClock, waitFor } from '@beeline/core/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFakeDriver, type FakeDriver } from '../testing/fake-driver.ts';
import { createFakeRuntime } from '../testing/fake-runtime.ts';
import { buildAssignment } from '../testing/location-fixture.ts';
import { type EnginePool, openEnginePool } from './engine-pool.ts';

let clock: FakeClock;
let driver: FakeDriver;
let directory: string;
let pool: EnginePool;
let startsPaused: boolean[];
let fails: boolean;

beforeEach(async () => {
  clock = createFakeClock();
  directory = await mkdtemp(join(tmpdir(), 'bl-pool-'));
  startsPaused = [];
  fails = false;
  const fake = createFakeDriver();
  driver = {
    ...fake,
    claim: async () => Promise.reject(new Error('nobody claims here')),
    async start(id, options) {
      startsPaused.push(options?.paused === true);
      if (fails) throw new Error('it does not start');
      return fake.start(id, options);
    },
    // What is asked to end does so at once.
    stop(id, graceMs) {
      const stopped = fake.stop(id, graceMs);
      fake.finishStops();
      return stopped;
    },
  };
  pool = open(2);
});
afterEach(async () => {
  await pool.close();
  await rm(directory, { recursive: true });
});

const open = (keep: number, drivers: Record<string, FakeDriver> = { process: driver }) =>
  openEnginePool({
    ...{ location: 'here', keep, clock, drivers, logger: silentLogger, maxBackoffMs: 4_000 },
    runtimes: { fake: createFakeRuntime() },
    emptyDirectory: join(directory, 'empty'),
  });
const assignment = buildAssignment('/m');
const waiting = () => driver.list().filter(({ state }) => state === 'ready');

/** Looks at the pool, and waits until as many engines wait. */
const tendUntil = (count: number) =>
  waitFor(`${count} engines that wait`, () => {
    if (waiting().length === count) return true;
    pool.tend([assignment], false);
    return false;
  });
/** Looks at the pool often, so that whatever it would do is done. */
async function tendOften(assignments = [assignment], busy = false): Promise<void> {
  for (let look = 0; look < 20; look += 1) {
    pool.tend(assignments, busy);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('as many engines wait as are kept, paused, marked as the location’s own', async () => {
  await tendUntil(2);
  await tendOften();
  expect(startsPaused).toEqual([true, true]);
  expect(waiting().map(({ labels }) => labels)).toEqual([
    { location: 'here', pool: 'fake' },
    { location: 'here', pool: 'fake' },
  ]);
});

test('one is started at a time', () => {
  pool.tend([assignment], false);
  pool.tend([assignment], false);
  expect(driver.list().length).toBeLessThanOrEqual(1);
});

test.each([
  ['none are kept', 0, [assignment], false],
  ['nobody could use one', 2, [], false],
  ['a replica is being started', 2, [assignment], true],
  [
    'the generation is not there',
    2,
    [{ ...assignment, template: { ...assignment.template, generation: 'mk9' } }],
    false,
  ],
])('no engine is started while %s', async (_what, keep, assignments, busy) => {
  pool = open(keep);
  await tendOften(assignments, busy);
  expect(startsPaused).toEqual([]);
});

test('a driver that cannot hand over an engine later gets none', async () => {
  const { claim: _claim, ...without } = driver;
  pool = open(2, { process: without });
  await tendOften();
  expect(startsPaused).toEqual([]);
});

test('an engine is taken once, and another takes its place', async () => {
  await tendUntil(2);
  const taken = [pool.take(assignment), pool.take(assignment)];
  expect(new Set(taken)).toEqual(new Set(waiting().map(({ id }) => id)));
  expect(pool.take(assignment)).toBeNull();
  await tendUntil(4);
  expect(taken).not.toContain(pool.take(assignment));
});

test('what an engine cannot become takes none', async () => {
  await tendUntil(2);
  const { template } = assignment;
  const envs = {
    ...assignment,
    template: { ...template, runtime: { ...template.runtime, envs: { A: 'b' } } },
  };
  const engine = {
    ...assignment,
    template: { ...template, runtime: { ...template.runtime, engine: 'other' } },
  };
  expect([pool.take(envs), pool.take(engine)]).toEqual([null, null]);
  expect(pool.take(assignment)).not.toBeNull();
});

test('after a start that failed there is a pause, and what is left of it is removed', async () => {
  fails = true;
  pool.tend([assignment], false);
  await waitFor('the start', () => startsPaused.length === 1 && driver.list().length === 0);
  await clock.advance(499);
  await tendOften();
  expect(startsPaused).toHaveLength(1);
  fails = false;
  await clock.advance(501);
  await tendUntil(2);
});

test('an engine that ends while it waits is given up, and the next one waits a little', async () => {
  await tendUntil(2);
  const [lost] = waiting();
  pool.lose(lost?.id ?? '');
  await waitFor('its end', () => waiting().length === 1);
  await tendOften();
  expect(startsPaused).toHaveLength(2);
  await clock.advance(1_000);
  await tendUntil(2);
  expect(waiting()).not.toContainEqual(lost);
});

test('the end of an instance that is none of its own means nothing to it', async () => {
  await tendUntil(1);
  pool.lose('another');
  await tendUntil(2);
});

test('one that was told to be broken puts the next start off', async () => {
  await tendUntil(1);
  pool.reportBroken('it does not listen');
  await tendOften();
  expect(startsPaused).toHaveLength(1);
  await clock.advance(1_000);
  await tendUntil(2);
});

test('engines that nobody could use any more are ended', async () => {
  await tendUntil(2);
  await tendOften([]);
  expect(driver.list()).toEqual([]);
  expect(pool.take(assignment)).toBeNull();
});

test('a pool that was closed has ended all, starts none and gives none', async () => {
  await tendUntil(2);
  await pool.close();
  expect(driver.list()).toEqual([]);
  await tendOften();
  expect([driver.list(), pool.take(assignment)]).toEqual([[], null]);
});

test('an engine that is on its way when the pool is closed is ended too', async () => {
  pool.tend([assignment], false);
  await pool.close();
  expect(driver.list()).toEqual([]);
});
