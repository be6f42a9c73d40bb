import type { SimulationResult } from '@beeline/core/scaling';

export interface ChartRun {
  readonly name: string;
  readonly result: SimulationResult;
}

const width = 1_000;
const panelHeight = 160;
const margin = { left: 56, top: 28, bottom: 24 };
const plotWidth = width - margin.left - 16;
const plotHeight = panelHeight - margin.top - margin.bottom;

const escapeText = (text: string) => text.replace(/[&<>"]/g, (found) => `&#${found.charCodeAt(0)};`);

/** The highest of each pixel, so that no peak is lost. */
function points(values: readonly number[], seconds: number, highest: number): string {
  const columns = new Map<number, number>();
  values.forEach((value, second) => {
    const x = Math.round(margin.left + (second / seconds) * plotWidth);
    columns.set(x, Math.max(columns.get(x) ?? 0, value));
  });
  return [...columns]
    .map(([x, value]) => `${x},${(margin.top + plotHeight * (1 - value / highest)).toFixed(1)}`)
    .join(' ');
}

function panel({ name, result }: ChartRun, index: number, seconds: number, highest: number): string {
  const replicas = result.samples.map((sample) => sample.replicas);
  const waiting = result.samples.map((sample) => sample.waiting);
  const mostWaiting = Math.max(1, ...waiting);
  const line = (values: readonly number[], top: number, colour: string) =>
    `<polyline points="${points(values, seconds, top)}" fill="none" stroke="${colour}" stroke-width="1.2"/>`;
  const bottom = margin.top + plotHeight;
  return [
    `<g transform="translate(0 ${index * panelHeight})">`,
    `<text x="${margin.left}" y="18" font-weight="bold">${escapeText(name)}</text>`,
    `<text x="${margin.left + plotWidth}" y="18" text-anchor="end"><tspan fill="#0b62a4">replicas, up to ${Math.max(0, ...replicas)}</tspan> <tspan fill="#c2410c">waiting, up to ${Math.max(0, ...waiting)}</tspan></text>`,
    `<path d="M${margin.left} ${margin.top}V${bottom}H${margin.left + plotWidth}" fill="none" stroke="#888"/>`,
    `<text x="${margin.left - 6}" y="${margin.top + 4}" text-anchor="end">${highest}</text>`,
    `<text x="${margin.left - 6}" y="${bottom}" text-anchor="end">0</text>`,
    `<text x="${margin.left + plotWidth}" y="${bottom + 16}" text-anchor="end">${seconds} s</text>`,
    line(waiting, mostWaiting, '#c2410c'),
    line(replicas, highest, '#0b62a4'),
    '</g>',
  ].join('\n');
}

/** One panel for each run, as SVG: replicas all on one scale, and those who wait on a scale of each panel. */
export function drawChart(runs: readonly ChartRun[]): string {
  const seconds = Math.max(1, ...runs.map(({ result }) => result.samples.length));
  const highest = Math.max(
    1,
    ...runs.flatMap(({ result }) => result.samples.map(({ replicas }) => replicas)),
  );
  const height = runs.length * panelHeight;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...runs.map((run, index) => panel(run, index, seconds, highest)),
    '</svg>',
    '',
  ].join('\n');
}
