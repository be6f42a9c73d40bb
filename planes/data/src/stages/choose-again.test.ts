import { BeelineError } from '@beeline/core/base';
import type { RouteEntry } from '@beeline/core/contract';
import { createFakeClock } from '@beeline/core/testing';
import { expect, test } from 'vitest';
import { createFakeLocation } from '../../testing/fake-location.ts';
import { sampleRoute, sampleRoutes } from '../../testing/start-gateway.ts';
import { buildSnapshot } from '../tables/build-snapshot.ts';
import { type Choice, TriedChoices } from './choose.ts';
import { chooseAgain } from './choose-again.ts';

const path = { workspace: 'acme', model: 'toy', environment: 'production', upstreamPath: '/' };
const port = createFakeLocation({ socketPath: '/nowhere' });
const rome = createFakeLocation({ socketPath: '/nowhere' }, 'rome');
const leadsTo = (revision: string): RouteEntry => ({
  ...sampleRoute,
  targets: [{ revision, weight: 100, locations: ['local'] }],
});

/** Routes that a test replaces, and a request whose revision `rev-1` was refused at `local`. */
function openCase(routes: readonly RouteEntry[]) {
  const clock = createFakeClock();
  const abort = new AbortController();
  const listeners = new Set<() => void>();
  let current = buildSnapshot(sampleRoutes(routes));
  const tables = {
    get current() {
      return current;
    },
    onceReplaced(callback: () => void) {
      listeners.add(callback);
      return () => listeners.delete(callback);
    },
    replace: () => Promise.reject(new Error('not asked for')),
  };
  let end: string | undefined;
  const tell = (choice: Choice | BeelineError) => {
    end = choice instanceof BeelineError ? choice.code : `${choice.revision} at ${choice.port.location}`;
  };
  const sources = {
    tables,
    clock,
    random: () => 0,
    ports: new Map([port, rome].map((one) => [one.location, one])),
  };
  const tried = new TriedChoices();
  tried.add('rev-1', 'local');
  const over = chooseAgain(path, tried, sources, abort.signal).then(tell, (error: Error) => {
    end = error.message;
  });
  return {
    clock,
    abort,
    over,
    get end() {
      return end;
    },
    replace(routesNow: readonly RouteEntry[]) {
      current = buildSnapshot(sampleRoutes(routesNow, 2));
      const called = [...listeners];
      listeners.clear();
      for (const callback of called) callback();
    },
    expectNothingLeft() {
      expect([clock.pendingTimers, listeners.size]).toEqual([0, 0]);
    },
  };
}

test('a request goes at once where the routes lead meanwhile', async () => {
  const one = openCase([leadsTo('rev-2')]);
  await one.over;
  expect(one.end).toBe('rev-2 at local');
  one.expectNothingLeft();
});

test('a request goes at once to another location that serves the same revision', async () => {
  const targets = [{ revision: 'rev-1', weight: 100, locations: ['local', 'rome'] }];
  const one = openCase([{ ...sampleRoute, targets }]);
  await one.over;
  expect(one.end).toBe('rev-1 at rome');
  one.expectNothingLeft();
});

test('a request waits for routes that lead elsewhere, past those that do not', async () => {
  const one = openCase([leadsTo('rev-1')]);
  one.replace([leadsTo('rev-1')]);
  await one.clock.advance(1_000);
  expect(one.end).toBeUndefined();
  one.replace([leadsTo('rev-2')]);
  await one.over;
  expect(one.end).toBe('rev-2 at local');
  one.expectNothingLeft();
});

test('a request is tried where it was refused when no other routes come', async () => {
  const one = openCase([leadsTo('rev-1')]);
  await one.clock.advance(3_000);
  await one.over;
  expect(one.end).toBe('rev-1 at local');
  one.expectNothingLeft();
});

test.each([
  ['deactivated', { ...sampleRoute, state: 'deactivated' as const }, 'WORKLOAD_UNAVAILABLE'],
  ['deleted', { ...sampleRoute, model: 'another' }, 'WORKLOAD_NOT_FOUND'],
])('a request for a deployment that was %s meanwhile is refused', async (_name, route, code) => {
  const one = openCase([route]);
  await one.over;
  expect(one.end).toBe(code);
  one.expectNothingLeft();
});

test('nothing is waited for when the caller has left, or leaves', async () => {
  const leaves = openCase([leadsTo('rev-1')]);
  await leaves.clock.advance(10);
  leaves.abort.abort(new Error('gone'));
  await leaves.over;
  expect(leaves.end).toBe('gone');
  leaves.expectNothingLeft();
});
