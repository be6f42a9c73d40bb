import { describe, expect, it } from 'vitest';
import { createMetrics } from './create-metrics.ts';
import { keepCounts, mergePictures } from './merge-pictures.ts';
import { renderExposition } from './render-exposition.ts';

/** A thread that has answered `requests` requests of each model, and so on; as it arrives from another thread. */
function thread(options: {
  readonly requests: Readonly<Record<string, number>>;
  readonly seconds?: readonly number[];
  readonly inFlight?: number;
}) {
  const metrics = createMetrics();
  const requests = metrics.counter({ name: 'requests_total', help: 'R', labels: ['model'] });
  for (const [model, count] of Object.entries(options.requests)) requests.cell(model).value += count;
  const seconds = metrics
    .histogram({ name: 'request_seconds', help: 'S', labels: ['model'] }, [1, 2])
    .cell('a');
  for (const value of options.seconds ?? []) seconds.observe(value);
  metrics.sampled({ name: 'in_flight', help: 'I', type: 'gauge', labels: [] }, (report) =>
    report(options.inFlight ?? 0),
  );
  return structuredClone(metrics.pictures());
}

const lines = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

describe('metrics of several threads', () => {
  it('are one text: counts and gauges added by labels, buckets by bucket', () => {
    const text = renderExposition(
      mergePictures([
        thread({ requests: { a: 2, b: 1 }, seconds: [0.5, 3], inFlight: 4 }),
        thread({ requests: { a: 5 }, seconds: [1.5], inFlight: 3 }),
      ]),
    );
    expect(lines(text)).toEqual([
      'in_flight 7',
      'request_seconds_bucket{model="a",le="1"} 1',
      'request_seconds_bucket{model="a",le="2"} 2',
      'request_seconds_bucket{model="a",le="+Inf"} 3',
      'request_seconds_sum{model="a"} 5',
      'request_seconds_count{model="a"} 3',
      'requests_total{model="a"} 7',
      'requests_total{model="b"} 1',
    ]);
    expect(text.match(/^# TYPE requests_total counter$/gm)).toHaveLength(1);
  });

  it('are told although a thread has some that others have not', () => {
    const own = createMetrics();
    own.counter({ name: 'only_here_total', help: 'O', labels: [] }).cell().value += 1;
    const text = renderExposition(mergePictures([thread({ requests: { a: 1 } }), own.pictures()]));
    expect(lines(text)).toContain('only_here_total 1');
    expect(lines(text)).toContain('requests_total{model="a"} 1');
  });

  it('leave the pictures as they were', () => {
    const [one, other] = [thread({ requests: { a: 1 }, seconds: [1] }), thread({ requests: { a: 1 } })];
    const before = structuredClone(one);
    mergePictures([one, other]);
    expect(one).toEqual(before);
  });

  it('keep the counts of a thread that ended, not its gauges', () => {
    const kept = keepCounts(thread({ requests: { a: 2 }, seconds: [1], inFlight: 4 }));
    const text = renderExposition(mergePictures([kept, thread({ requests: { a: 1 }, inFlight: 1 })]));
    expect(lines(text)).toEqual(expect.arrayContaining(['requests_total{model="a"} 3', 'in_flight 1']));
  });
});
