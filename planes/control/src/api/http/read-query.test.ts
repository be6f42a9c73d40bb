import { describe, expect, it } from 'vitest';
import { queryWindow } from './read-query.ts';

const nowMs = Date.parse('2026-01-01T12:00:00Z');
const at = (time: string) => Date.parse(`2026-01-01T${time}Z`);

describe('a window of time', () => {
  it.each([
    [{}, {}],
    [{ period: '15m' }, { startMs: at('11:45:00') }],
    [
      { period: '1h30m', end: '2026-01-01T10:00:00Z' },
      { startMs: at('08:30:00'), endMs: at('10:00:00') },
    ],
    [{ start: '2026-01-01T10:00:00Z' }, { startMs: at('10:00:00') }],
    [{ period: '3000w' }, { startMs: 0 }],
  ])('of %o is counted by this clock', (query, expected) => {
    expect(queryWindow(query, nowMs)).toEqual(expected);
  });

  it.each([
    [{ period: '0' }, /\?period must be a duration over 0 such as 15m \(received "0"\)/],
    [{ period: 'soon' }, /\?period must be a duration/],
    [{ period: '1m', start: '2026-01-01T10:00:00Z' }, /\?period must not be sent together with start/],
  ])('of %o is refused', (query, message) => {
    expect(() => queryWindow(query, nowMs)).toThrow(message);
  });
});
