import { formatDuration } from '@beeline/core/base';
import type { SimulationSample } from '@beeline/core/scaling';
import type { PolicyRun, PolicyRuns } from '../run-policies.ts';
import { type CellScales, cellHeight, chartColours, drawCell, drawText, escapeText } from './draw-cell.ts';

export interface Chart {
  readonly title: string;
  readonly compared: readonly PolicyRuns[];
}

interface Column {
  readonly startMs: number;
  readonly rows: readonly { readonly policy: string; readonly run: PolicyRun }[];
}

const margin = { left: 56, right: 20, top: 96, bottom: 12 };
/** One column may be wide; several share the page. */
const plotWidths = { single: 860, several: 400 };

/** One column for each cost of a start, with the first run of each policy. */
function columnsOf(compared: readonly PolicyRuns[]): readonly Column[] {
  const starts = [...new Set(compared.map(({ startMs }) => startMs))];
  return starts.map((startMs) => ({
    startMs,
    rows: compared
      .filter((one) => one.startMs === startMs)
      .flatMap(({ policy, runs: [run] }) => (run === undefined ? [] : [{ policy, run }])),
  }));
}

/** Policies can be compared at a glance only when they are drawn on the same scales. */
function scalesOf({ rows }: Column): CellScales {
  const highest = (of: (sample: SimulationSample) => number) =>
    rows.reduce(
      (most, { run }) => run.result.samples.reduce((high, one) => Math.max(high, of(one)), most),
      1,
    );
  return {
    seconds: Math.max(1, ...rows.map(({ run }) => run.result.samples.length)),
    mostReplicas: highest(({ replicas }) => replicas),
    mostWaiting: highest(({ waiting }) => waiting),
  };
}

function drawLegend(y: number): string {
  const entries = [
    [chartColours.ready, 'ready replicas', 130],
    [chartColours.starting, 'starting replicas', 140],
    [chartColours.waiting, 'requests that wait for a replica (both axes grow with the square root)', 0],
  ] as const;
  let x = margin.left;
  return entries
    .map(([colour, text, width]) => {
      const drawn = `<rect x="${x}" y="${y - 10}" width="12" height="12" fill="${colour}"/>${drawText(x + 18, y, text)}`;
      x += width;
      return drawn;
    })
    .join('');
}

/** A column for each cost of a start and a row for each policy, as SVG. */
export function drawChart({ title, compared }: Chart): string {
  const columns = columnsOf(compared);
  const plotWidth = columns.length === 1 ? plotWidths.single : plotWidths.several;
  const columnWidth = margin.left + plotWidth + margin.right;
  const width = columnWidth * columns.length;
  const height =
    margin.top + cellHeight * Math.max(...columns.map(({ rows }) => rows.length)) + margin.bottom;
  const drawn = columns.flatMap((column, index) => {
    const left = columnWidth * index + margin.left;
    const scales = scalesOf(column);
    const head = `a replica takes ${formatDuration(column.startMs)} to start`;
    return [
      drawText(left, margin.top - 14, head, 'font-weight="bold" font-size="14"'),
      ...column.rows.map(({ policy, run: { result, summary } }, row) => {
        const top = margin.top + row * cellHeight;
        return drawCell({ policy, result, summary, left, top, width: plotWidth }, scales);
      }),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${escapeText(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    drawText(margin.left, 26, title, 'font-size="13"'),
    drawLegend(52),
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}
