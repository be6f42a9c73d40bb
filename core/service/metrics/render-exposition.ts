import type { MetricDescription } from './metric-family.ts';
import type { HistogramSample, MetricPicture, MetricSample } from './metric-picture.ts';

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
function renderHead({ name, help, type }: MetricDescription): string {
  const text = help.replace(/[\\\n]/g, (sign) => escapes[sign] ?? sign);
  return `# HELP ${name} ${text}\n# TYPE ${name} ${type}\n`;
}

function renderHistogram({ name, labels }: MetricDescription, sample: HistogramSample): string {
  const { values } = sample;
  const names = [...labels, 'le'];
  let below = 0;
  let text = '';
  for (const [index, count] of sample.counts.entries()) {
    below += count;
    const bound = sample.bounds[index];
    text += `${name}_bucket${labelText(names, [...values, bound === undefined ? '+Inf' : String(bound)])} ${below}\n`;
  }
  const own = labelText(labels, values);
  return `${text}${name}_sum${own} ${sample.sum}\n${name}_count${own} ${below}\n`;
}

function renderSample(description: MetricDescription, sample: MetricSample): string {
  if ('bounds' in sample) return renderHistogram(description, sample);
  return `${description.name}${labelText(description.labels, sample.values)} ${sample.value}\n`;
}

/** The whole text that a scraper gets. */
export function renderExposition(pictures: readonly MetricPicture[]): string {
  return pictures
    .map(
      ({ description, samples }) =>
        renderHead(description) + samples.map((sample) => renderSample(description, sample)).join(''),
    )
    .join('');
}
