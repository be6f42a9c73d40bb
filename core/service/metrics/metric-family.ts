/** What a scraper and the reference page are told of a metric. */
export interface MetricDescription {
  /** `beeline_…`, ending in the unit; counters end in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
}

/** Stands for every label of the cell that counts what came after a family was full. */
const other = '(other)';

/** The cells of one metric, one for each combination of label values, bounded in number. */
export class MetricFamily<Cell> {
  readonly description: MetricDescription;
  readonly cells = new Map<string, { readonly values: readonly string[]; readonly cell: Cell }>();
  readonly #maxCells: number;
  readonly #make: () => Cell;

  constructor(description: MetricDescription, maxCells: number, make: () => Cell) {
    this.description = description;
    this.#maxCells = maxCells;
    this.#make = make;
  }

  /**
   * The cell for these label values, in the order of the labels. Keep it where the same values come again: counting
   * in a cell costs nanoseconds, finding it costs a look-up. A full family gives the cell of all others.
   */
  cell(...values: string[]): Cell {
    const key = values.join('\n');
    const known = this.cells.get(key);
    if (known !== undefined) return known.cell;
    const overflow = this.description.labels.map(() => other);
    if (this.cells.size >= this.#maxCells && key !== overflow.join('\n')) return this.cell(...overflow);
    const cell = this.#make();
    this.cells.set(key, { values, cell });
    return cell;
  }
}

/** A number that only grows: add to `value`. */
export interface CounterCell {
  value: number;
}

/** How often values fell into each bucket. */
export class HistogramCell {
  readonly bounds: readonly number[];
  /** One for each bound, and a last one for what is above all. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const { bounds } = this;
    let index = 0;
    while (index < bounds.length && value > (bounds[index] ?? 0)) index += 1;
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    this.sum += value;
  }
}
