import { expect, test } from 'vitest';
import { parseStat, readProcess, runsStill } from './process-table.ts';

test('a name with blanks and brackets does not shift the fields', () => {
  const line =
    '42 (a) b (c) S 1 42 42 0 -1 4194560 100 0 0 0 7 5 0 0 20 0 1 0 987654 1000 200 18446744073709551615';
  expect(parseStat(line)).toEqual({ state: 'S', startTicks: '987654', cpuMs: 120 });
  expect(parseStat('')).toBeNull();
});

test('a process is known by its id and its start, not by its id alone', () => {
  const me = readProcess(process.pid);
  expect(runsStill(process.pid, me?.startTicks ?? '')).toBe(true);
  expect(runsStill(process.pid, '1')).toBe(false);
});
