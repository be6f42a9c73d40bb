import type { Model } from '@beeline/core/resources';
import { describe, expect, it } from 'vitest';
import { modelMetrics } from '../testing/model-metrics.ts';
import { formatTop, summarizeTop } from './format-top.ts';
import type { TopRow } from './top-columns.ts';

const row = (name: string, changes: Parameters<typeof modelMetrics>[1] = {}): TopRow => ({
  model: { metadata: { name, environment: 'production' }, status: 'DEPLOYED' } as Model,
  metrics: modelMetrics(120, changes),
});
const busy = { replicas: { starting: 0, ready: 2, draining: 0 }, inFlight: 3, waiting: 14 };
const rows = [row('first', { now: busy }), row('second', { errorTotal: 5 }), row('third')];
const style = { utc: false, nowMs: 0 };
const plain = (_colour: string, text: string) => text;
const format = (screen: { columns?: number; rows?: number }) =>
  formatTop(rows, style, screen, plain).text.split('\n');

describe('the table of bl top', () => {
  it('has numbers one below the other', () => {
    const [header = '', first = '', second = ''] = format({});
    const end = header.indexOf('QUEUE') + 'QUEUE'.length;
    expect([first.slice(0, end).endsWith(' 14'), second.slice(0, end).endsWith('  0')]).toEqual([true, true]);
  });

  it.each([
    [200, 14],
    [110, 13],
    [100, 12],
    [80, 9],
    [20, 8],
  ])('has on %d characters the %d columns that matter most', (columns, count) => {
    const lines = format({ columns });
    expect(lines[0]?.split(/ {2,}/)).toHaveLength(count);
    if (columns >= 80) for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns);
  });

  it('leaves out the least busy where lines are missing, and says so', () => {
    expect(format({ rows: 4 })).toHaveLength(4);
    expect(format({ rows: 3 }).slice(1)).toEqual([
      expect.stringContaining('first'),
      '2 more, less busy; bl top --once shows all',
    ]);
  });

  it('paints what deserves attention', () => {
    const { text } = formatTop(rows, style, {}, (colour, painted) => `<${colour} ${painted}>`);
    expect(text).toContain('<yellow 14>');
    expect(text).toContain('<red 5>');
    expect(text).not.toContain('0>');
  });

  it('is summed up in a line', () => {
    expect(summarizeTop(rows)).toBe('6 req/s, 5 answers with 5xx, 3 in flight, 14 waiting');
  });
});
