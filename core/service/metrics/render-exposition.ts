import type { MetricDescription } from './metric-family.ts';
import { type CounterCell, HistogramCell } from './metric-family.ts';

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '"': '\\"' };

function labelText(names: readonly string[], values: readonly string[]): string {
  if (names.length === 0) return '';
  const pairs = names.map(
    (name, index) =>
      `${name}="${(values[index] ?? '').replace(/[\\\n"]/g, (sign) => escapes[sign] ?? sign)}"`,
  );
  return `{${pairs.join(',')}}`;
}

/** The two lines before the samples of a metric, in Prometheus' text format 0.0.4. */
export function renderHead({ name, help, type }: MetricDescription): string {
  const text = help.replace(/[\\\n]/g, (sign) => escapes[sign] ?? sign);
  return `# HELP ${name} ${text}\n# TYPE ${name} ${type}\n`;
}

/** One sample line. */
export function renderSample(
  description: MetricDescription,
  values: readonly string[],
  value: number,
): string {
  return `${description.name}${labelText(description.labels, values)} ${value}\n`;
}

function renderHistogram(
  description: MetricDescription,
  values: readonly string[],
  cell: HistogramCell,
): string {
  const { name, labels } = description;
  const names = [...labels, 'le'];
  let below = 0;
  let text = '';
  for (const [index, count] of cell.counts.entries()) {
    below += count;
    const bound = cell.bounds[index];
    text += `${name}_bucket${labelText(names, [...values, bound === undefined ? '+Inf' : String(bound)])} ${below}\n`;
  }
  const own = labelText(labels, values);
  return `${text}${name}_sum${own} ${cell.sum}\n${name}_count${own} ${below}\n`;
}

/** Every line of one cell. */
export function renderCell(
  description: MetricDescription,
  values: readonly string[],
  cell: CounterCell | HistogramCell,
): string {
  return cell instanceof HistogramCell
    ? renderHistogram(description, values, cell)
    : renderSample(description, values, cell.value);
}
