import { parsePrometheus } from '@beeline/runtime-interface/testing';
import { describe, expect, it } from 'vitest';
import { Metrics } from './metrics.ts';

describe('metrics page', () => {
  it('shows counters by label, gauges as they are now, and buckets that add up', () => {
    const metrics = new Metrics();
    const requests = metrics.counter('requests_total', 'Requests.');
    requests.add(1, { route: '/' });
    requests.add(2, { route: '/' });
    metrics.gauge('waiting', 'Waiting.', () => 7);
    const seconds = metrics.histogram('seconds', 'Seconds.', [0.1, 1]);
    for (const value of [0.05, 0.5, 5]) seconds.observe(value);
    expect(
      metrics
        .render()
        .split('\n')
        .filter((line) => !line.startsWith('#')),
    ).toEqual([
      'requests_total{route="/"} 3',
      'waiting 7',
      'seconds_bucket{le="0.1"} 1',
      'seconds_bucket{le="1"} 2',
      'seconds_bucket{le="+Inf"} 3',
      'seconds_sum 5.55',
      'seconds_count 3',
      '',
    ]);
  });

  it('stays readable with quotes and line breaks in labels', () => {
    const metrics = new Metrics();
    metrics.counter('odd_total', 'Odd.').add(1, { label: 'a"b\\c\nd' });
    expect(parsePrometheus(metrics.render())).toEqual([{ name: 'odd_total', value: 1 }]);
  });
});
