import { describe, expect, it } from 'vitest';
import { createMetrics } from './create-metrics.ts';

describe('metrics', () => {
  it('are told in the text format, label values escaped', () => {
    const metrics = createMetrics();
    const requests = metrics.counter({ name: 'requests_total', help: 'Requests', labels: ['model', 'code'] });
    requests.cell('a"b\\c\n', '200').value += 2;
    requests.cell('a"b\\c\n', '200').value += 1;
    expect(metrics.render()).toContain(
      '# HELP requests_total Requests\n# TYPE requests_total counter\nrequests_total{model="a\\"b\\\\c\\n",code="200"} 3\n',
    );
  });

  it('count a value in its bucket and in every higher one', () => {
    const metrics = createMetrics();
    const { observe } = bindAll(
      metrics.histogram({ name: 'wait_seconds', help: 'W', labels: ['m'] }, [1, 2]),
    );
    for (const value of [0.5, 1, 1.5, 9]) observe(value);
    expect(metrics.render()).toContain(
      [
        'wait_seconds_bucket{m="x",le="1"} 2',
        'wait_seconds_bucket{m="x",le="2"} 3',
        'wait_seconds_bucket{m="x",le="+Inf"} 4',
        'wait_seconds_sum{m="x"} 12',
        'wait_seconds_count{m="x"} 4',
      ].join('\n'),
    );
  });

  it('count together what exceeds the number of combinations that are kept apart', () => {
    const metrics = createMetrics({ maxCells: 2 });
    const family = metrics.counter({ name: 'n_total', help: 'N', labels: ['model'] });
    for (const model of ['a', 'b', 'c', 'd', 'a']) family.cell(model).value += 1;
    expect([...family.cells.values()].map(({ values, cell }) => [values[0], cell.value])).toEqual([
      ['a', 2],
      ['b', 1],
      ['(other)', 2],
    ]);
  });

  it('leave out what cannot be read, and count that', () => {
    const metrics = createMetrics();
    metrics.sampled({ name: 'broken', help: 'B', type: 'gauge', labels: [] }, () => {
      throw new Error('not now');
    });
    metrics.sampled({ name: 'whole', help: 'W', type: 'gauge', labels: ['of'] }, (report) => report(7, 'x'));
    const text = metrics.render();
    expect(text).toContain('whole{of="x"} 7\n');
    expect(text).not.toContain('\nbroken ');
    expect(text).toContain('beeline_metrics_read_failures_total{metric="broken"} 1\n');
  });

  it('have names of their own', () => {
    const metrics = createMetrics();
    metrics.counter({ name: 'n_total', help: 'N', labels: [] });
    expect(() => metrics.counter({ name: 'n_total', help: 'N', labels: [] })).toThrow('n_total');
  });
});

function bindAll(family: ReturnType<ReturnType<typeof createMetrics>['histogram']>) {
  const cell = family.cell('x');
  return { observe: (value: number) => cell.observe(value) };
}
