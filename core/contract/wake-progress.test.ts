import { expect, it } from 'vitest';
import { formatProgress, parseProgress } from './wake-progress.ts';

it.each([
  [{ phase: 'loading', startMs: 4_300 }, 'loading;4300'],
  [{ phase: 'queued', startMs: null }, 'queued;'],
] as const)('%j is written as %s and read back', (progress, text) => {
  expect(formatProgress(progress)).toBe(text);
  expect(parseProgress(text)).toEqual(progress);
});

it('anything else is none', () => {
  expect(parseProgress('dancing;1')).toBeNull();
  expect(parseProgress('loading;soon')).toEqual({ phase: 'loading', startMs: null });
});
