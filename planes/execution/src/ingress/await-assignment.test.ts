import { getEventListeners } from 'node:events';
import { createFakeClock } from '@beeline/core/testing';
import { expect, test } from 'vitest';
import { createAssignmentWait } from './await-assignment.ts';

const requestFor = (revision: string, signal = new AbortController().signal) => ({
  revision,
  executionId: 'exe_1',
  signal,
});

test('a request is held until its revision is assigned, whatever else is', async () => {
  const clock = createFakeClock();
  const wait = createAssignmentWait(clock, 2_000);
  let over = false;
  const held = wait.hold(requestFor('new')).then(() => {
    over = true;
  });
  wait.arrived((revision) => revision === 'other');
  await clock.advance(1_000);
  expect(over).toBe(false);
  wait.arrived((revision) => revision === 'new');
  await held;
  expect(clock.pendingTimers).toBe(0);
});

test('it is held no longer than the limit, and no longer than its caller stays', async () => {
  const clock = createFakeClock();
  const wait = createAssignmentWait(clock, 2_000);
  const patient = wait.hold(requestFor('new'));
  const caller = new AbortController();
  const leaving = wait.hold(requestFor('new', caller.signal));
  caller.abort(new Error('gone'));
  await expect(leaving).rejects.toThrow('gone');
  await clock.advance(2_000);
  await patient;
  expect(clock.pendingTimers).toBe(0);
});

test('who has left already is not held', async () => {
  const clock = createFakeClock();
  const left = AbortSignal.abort(new Error('gone before'));
  const wait = createAssignmentWait(clock, 2_000);
  await expect(wait.hold(requestFor('new', left))).rejects.toThrow('gone before');
  expect(clock.pendingTimers).toBe(0);
});

test.each(['its revision came', 'its caller left', 'its time is over'])(
  'nothing is left of a request that is no longer held because %s',
  async (why) => {
    const clock = createFakeClock();
    const wait = createAssignmentWait(clock, 2_000);
    const caller = new AbortController();
    const over = wait.hold(requestFor('new', caller.signal)).catch(() => {});
    if (why === 'its revision came') wait.arrived(() => true);
    if (why === 'its caller left') caller.abort();
    if (why === 'its time is over') await clock.advance(2_000);
    await over;
    const asked: string[] = [];
    wait.arrived((revision) => asked.push(revision) > 0);
    expect([asked, clock.pendingTimers]).toEqual([[], 0]);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
  },
);
