import type { MetricDescription } from './metric-family.ts';

/** One number of a metric; label values in the order of the labels. */
export interface NumberSample {
  readonly values: readonly string[];
  readonly value: number;
}

/** One histogram of a metric: how many values fell into each bucket, the last being what is above all bounds. */
export interface HistogramSample {
  readonly values: readonly string[];
  readonly bounds: readonly number[];
  readonly counts: Float64Array;
  readonly sum: number;
}

export type MetricSample = NumberSample | HistogramSample;

/** A metric as it stands at one moment: plain data, which one thread can send to another. */
export interface MetricPicture {
  readonly description: MetricDescription;
  readonly samples: readonly MetricSample[];
}
