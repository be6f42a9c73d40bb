import { createFakeClock } from '@beeline/core/testing';
import { expect, test } from 'vitest';
import { awaitReadiness } from './await-readiness.ts';
import { legalStates, requireLegalState } from './instance-state.ts';

test('every call names at least one state, and no ended instance starts again', () => {
  for (const states of Object.values(legalStates)) expect(states.length).toBeGreaterThan(0);
  expect(() => requireLegalState('i1', 'start', 'exited')).toThrow(
    'instance i1 is exited: start is possible only while it is created',
  );
  expect(() => requireLegalState('i1', 'stop', 'exited')).not.toThrow();
});

test('waiting for readiness ends at its limit and when the instance ends', async () => {
  const clock = createFakeClock();
  const ended = new AbortController();
  const wait = (signal: AbortSignal) =>
    awaitReadiness({
      endpoint: { socketPath: '/no/such.sock' },
      path: '/health',
      timeoutMs: 0,
      clock,
      signal,
    });
  await expect(wait(ended.signal)).rejects.toMatchObject({
    code: 'READINESS_TIMEOUT',
    message: expect.stringContaining('/health never answered'),
  });
  ended.abort(new Error('it ended'));
  await expect(wait(ended.signal)).rejects.toThrow('it ended');
});
