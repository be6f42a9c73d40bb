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
