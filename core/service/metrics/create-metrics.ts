import { BeelineError } from '../../base/index.ts';
import { type CounterCell, HistogramCell, type MetricDescription, MetricFamily } from './metric-family.ts';
import type { MetricPicture, MetricSample } from './metric-picture.ts';
import { renderExposition } from './render-exposition.ts';

type MetricText = Omit<MetricDescription, 'type'>;

/** Reports one sample of a metric that is read when somebody scrapes; label values in the order of the labels. */
export type Report = (value: number, ...labels: string[]) => void;

/**
 * The metrics of one process. Cells are plain numbers, so that the path of a request can count without allocating;
 * text is made when somebody scrapes.
 */
export interface Metrics {
  counter(text: MetricText): MetricFamily<CounterCell>;
  /** `buckets` are upper bounds, ascending, in the metric's unit. */
  histogram(text: MetricText, buckets: readonly number[]): MetricFamily<HistogramCell>;
  /** A metric that is read at each scrape; what `read` throws is counted and leaves the others as they are. */
  sampled(text: MetricDescription, read: (report: Report) => void): void;
  readonly descriptions: readonly MetricDescription[];
  /** What every metric tells now. */
  pictures(): readonly MetricPicture[];
  /** Prometheus' text format 0.0.4. */
  render(): string;
}

/** Content type of what `render` gives. */
export const expositionType = 'text/plain; version=0.0.4; charset=utf-8';

/** Upper bounds in seconds, from a millisecond to five minutes. */
export const secondsBuckets: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300,
];

/** Combinations of label values that one metric keeps apart; what comes after is counted together. */
const defaultMaxCells = 2_000;

interface Source {
  readonly description: MetricDescription;
  samples(): readonly MetricSample[];
}

function sampleOf(values: readonly string[], cell: CounterCell | HistogramCell): MetricSample {
  if (!(cell instanceof HistogramCell)) return { values, value: cell.value };
  const { bounds, counts, sum } = cell;
  return { values, bounds, counts: counts.slice(), sum };
}

/** Makes an empty set of metrics. @throws BeelineError INTERNAL_ERROR when a name is given twice. */
export function createMetrics(options: { readonly maxCells?: number } = {}): Metrics {
  const maxCells = options.maxCells ?? defaultMaxCells;
  const sources = new Map<string, Source>();

  function add(source: Source): void {
    const { name } = source.description;
    if (sources.has(name)) {
      throw new BeelineError('INTERNAL_ERROR', { message: `there are two metrics with the name ${name}` });
    }
    sources.set(name, source);
  }
  function addFamily<Cell extends CounterCell | HistogramCell>(
    family: MetricFamily<Cell>,
  ): MetricFamily<Cell> {
    add({
      description: family.description,
      samples: () => [...family.cells.values()].map(({ values, cell }) => sampleOf(values, cell)),
    });
    return family;
  }
  const counter = (text: MetricText) =>
    addFamily(new MetricFamily<CounterCell>({ ...text, type: 'counter' }, maxCells, () => ({ value: 0 })));

  const failures = counter({
    name: 'beeline_metrics_read_failures_total',
    help: 'Reads of a sampled metric that failed at a scrape; its samples are missing there',
    labels: ['metric'],
  });

  const pictures = () =>
    [...sources.values()]
      .reverse() // the count of failed reads comes first in the map: it is told after all reads
      .map(({ description, samples }) => ({ description, samples: samples() }));

  return {
    counter,
    histogram: (text, buckets) =>
      addFamily(new MetricFamily({ ...text, type: 'histogram' }, maxCells, () => new HistogramCell(buckets))),
    sampled(description, read) {
      add({
        description,
        samples() {
          const samples: MetricSample[] = [];
          try {
            read((value, ...values) => {
              if (samples.length < maxCells) samples.push({ values, value });
            });
          } catch {
            failures.cell(description.name).value += 1;
          }
          return samples;
        },
      });
    },
    get descriptions() {
      return [...sources.values()].map((source) => source.description);
    },
    pictures,
    render: () => renderExposition(pictures()),
  };
}
