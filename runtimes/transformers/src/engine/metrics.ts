type Labels = Readonly<Record<string, string>>;

interface Metric {
  render(): string[];
}

/** A count that only grows, one per combination of labels. */
export interface Counter {
  add(amount: number, labels?: Labels): void;
  value(labels?: Labels): number;
}

/** Observations counted in buckets. */
export interface Histogram {
  observe(value: number, labels?: Labels): void;
}

/** A few numbers in the text format that Prometheus reads; small, so that it costs nothing at start. */
export class Metrics {
  readonly #metrics: Metric[] = [];

  counter(name: string, help: string): Counter {
    const values = new Map<string, number>();
    this.#metrics.push({
      render: () => [
        ...headerOf(name, help, 'counter'),
        ...[...values].map(([labels, value]) => `${name}${labels} ${value}`),
      ],
    });
    return {
      add(amount, labels = {}) {
        const key = formatLabels(labels);
        values.set(key, (values.get(key) ?? 0) + amount);
      },
      value: (labels = {}) => values.get(formatLabels(labels)) ?? 0,
    };
  }

  /** A number read when the page is asked for. */
  gauge(name: string, help: string, read: () => number | ReadonlyArray<readonly [Labels, number]>): void {
    this.#metrics.push({
      render: () => {
        const value = read();
        const rows = typeof value === 'number' ? [[{}, value] as const] : value;
        return [
          ...headerOf(name, help, 'gauge'),
          ...rows.map(([labels, number]) => `${name}${formatLabels(labels)} ${number}`),
        ];
      },
    });
  }

  /** `bounds` are the upper limits of the buckets, rising. */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    const series = new Map<string, { labels: Labels; counts: number[]; sum: number; count: number }>();
    this.#metrics.push({
      render: () => [
        ...headerOf(name, help, 'histogram'),
        ...[...series.values()].flatMap(({ labels, counts, sum, count }) => [
          ...bounds.map(
            (bound, i) => `${name}_bucket${formatLabels({ ...labels, le: `${bound}` })} ${counts[i] ?? 0}`,
          ),
          `${name}_bucket${formatLabels({ ...labels, le: '+Inf' })} ${count}`,
          `${name}_sum${formatLabels(labels)} ${sum}`,
          `${name}_count${formatLabels(labels)} ${count}`,
        ]),
      ],
    });
    return {
      observe(value, labels = {}) {
        const key = formatLabels(labels);
        const known = series.get(key) ?? { labels, counts: bounds.map(() => 0), sum: 0, count: 0 };
        series.set(key, known);
        bounds.forEach((bound, index) => {
          if (value <= bound) known.counts[index] = (known.counts[index] ?? 0) + 1;
        });
        known.sum += value;
        known.count++;
      },
    };
  }

  /** The whole page. */
  render(): string {
    return `${this.#metrics.flatMap((metric) => metric.render()).join('\n')}\n`;
  }
}

function headerOf(name: string, help: string, type: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function formatLabels(labels: Labels): string {
  const quote = (text: string): string =>
    text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${quote(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
