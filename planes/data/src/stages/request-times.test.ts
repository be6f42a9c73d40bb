import { expect, it } from 'vitest';
import { RequestTimes } from './request-times.ts';

it('a request that finds a warm replica only runs', () => {
  const times = new RequestTimes();
  times.asked(1_000);
  times.runs({ queueMs: 0, startMs: 0, loadMs: 0 }, 1_000);
  expect(times.serverTiming(1_012.34)).toBe('queue;dur=0, start;dur=0, load;dur=0, run;dur=12.3');
});

it('one that was held, here and at the location, ran only afterwards', () => {
  const times = new RequestTimes();
  times.asked(1_000);
  times.queued(1_005);
  times.runs({ queueMs: 1, startMs: 20, loadMs: 0 }, 1_030);
  times.wasHeld({ queueMs: 0, startMs: 0, loadMs: 300 });
  expect(times).toMatchObject({ queueMs: 6, startMs: 20, loadMs: 300 });
  expect(times.runMs(1_400)).toBe(70);
});

it('one that the location says was held for longer than it took ran for no time', () => {
  const times = new RequestTimes();
  times.asked(1_000);
  times.runs({ queueMs: 0, startMs: 0, loadMs: 0 }, 1_000);
  times.wasHeld({ queueMs: 10.1, startMs: 0, loadMs: 0 });
  expect(times.runMs(1_010)).toBe(0);
});

it('one that no replica has had did not run', () => {
  expect(new RequestTimes().runMs(5_000)).toBe(0);
});
