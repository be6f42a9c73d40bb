import { describe, expect, test } from 'vitest';
import { answering, decideLiveness, type LivenessMemory, type SilentLook } from './decide-liveness.ts';

const limits = { failures: 3, busyMs: 60_000 };

/** Looks every 10 s at a replica that never answers; gives the number of the look that gives it up. */
function looksUntilGone(look: (number: number) => Pick<SilentLook, 'inFlight' | 'cpuMs'>): number {
  let memory: LivenessMemory = answering;
  for (let number = 1; number <= 20; number += 1) {
    const decided = decideLiveness(memory, { nowMs: number * 10_000, ...limits, ...look(number) });
    if (decided.gone) return number;
    memory = decided.memory;
  }
  return Number.POSITIVE_INFINITY;
}

describe('a replica that answers no probe is given up', () => {
  test.each([
    ['when it has nothing to do', 3, () => ({ inFlight: 0, cpuMs: 0 })],
    ['when it has nothing to do and spins', 3, (at: number) => ({ inFlight: 0, cpuMs: at * 9_000 })],
    ['when it has requests and does nothing', 3, () => ({ inFlight: 2, cpuMs: 500 })],
    [
      'when it has requests and uses what one uses that waits',
      3,
      (at: number) => ({ inFlight: 1, cpuMs: at * 100 }),
    ],
    ['when what it uses cannot be read', 3, () => ({ inFlight: 1, cpuMs: null })],
    ['only after its longest time when it works', 7, (at: number) => ({ inFlight: 1, cpuMs: at * 101 })],
    [
      'some probes after it stopped working',
      7,
      (at: number) => ({ inFlight: 1, cpuMs: Math.min(at, 4) * 5_000 }),
    ],
  ])('%s', (_name, number, look) => {
    expect(looksUntilGone(look)).toBe(number);
  });
});

test('how long a replica has been silent counts from the first probe that it left unanswered', () => {
  const look = { inFlight: 0, cpuMs: null, ...limits };
  const first = decideLiveness(answering, { nowMs: 5_000, ...look });
  expect(first).toMatchObject({ silentMs: 0, gone: false });
  expect(decideLiveness(first.memory, { nowMs: 20_000, ...look })).toMatchObject({ silentMs: 15_000 });
});
