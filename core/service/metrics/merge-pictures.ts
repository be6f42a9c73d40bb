import type { MetricDescription } from './metric-family.ts';
import type { HistogramSample, MetricPicture, MetricSample } from './metric-picture.ts';

function addHistograms(one: HistogramSample, other: HistogramSample): HistogramSample {
  return {
    values: one.values,
    bounds: one.bounds,
    counts: one.counts.map((count, index) => count + (other.counts[index] ?? 0)),
    sum: one.sum + other.sum,
  };
}

function addSamples(one: MetricSample, other: MetricSample): MetricSample {
  if ('bounds' in one) return 'bounds' in other ? addHistograms(one, other) : one;
  if ('bounds' in other) return one;
  return { values: one.values, value: one.value + other.value };
}

interface MergedMetric {
  readonly description: MetricDescription;
  /** By label values. */
  readonly samples: Map<string, MetricSample>;
}

/**
 * What the threads of one process tell together: samples with the same labels are added, those of gauges too. What
 * cannot be added is told by one thread only, or under a label that names the thread.
 */
export function mergePictures(threads: readonly (readonly MetricPicture[])[]): readonly MetricPicture[] {
  const merged = new Map<string, MergedMetric>();
  for (const { description, samples } of threads.flat()) {
    const metric = merged.get(description.name) ?? { description, samples: new Map() };
    merged.set(description.name, metric);
    for (const sample of samples) {
      const key = sample.values.join('\n');
      const known = metric.samples.get(key);
      metric.samples.set(key, known === undefined ? sample : addSamples(known, sample));
    }
  }
  return [...merged.values()].map(({ description, samples }) => ({
    description,
    samples: [...samples.values()],
  }));
}

/** What stays true of a thread that has ended: what it counted, not how it stood. */
export function keepCounts(pictures: readonly MetricPicture[]): readonly MetricPicture[] {
  return pictures.filter(({ description }) => description.type !== 'gauge');
}
