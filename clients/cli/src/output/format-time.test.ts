import { describe, expect, it } from 'vitest';
import { formatTime } from './format-time.ts';

const nowMs = Date.parse('2025-03-01T12:00:00Z');

describe('formatTime', () => {
  it.each([
    ['2025-03-01T11:59:59.500Z', 'now'],
    ['2025-03-01T12:00:09Z', 'now'],
    ['2025-03-01T11:59:01Z', '59s ago'],
    ['2025-03-01T11:58:59Z', '1m ago'],
    ['2025-03-01T09:00:00Z', '3h ago'],
    ['2025-01-01T00:00:00Z', '59d ago'],
    ['soon', 'soon'],
  ])('shows %s as %s', (time, expected) => {
    expect(formatTime(time, { utc: false, nowMs })).toBe(expected);
  });

  it('shows instants in UTC when asked', () => {
    expect(formatTime(nowMs, { utc: true, nowMs })).toBe('2025-03-01 12:00:00Z');
  });
});
