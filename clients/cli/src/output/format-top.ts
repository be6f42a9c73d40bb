import { escapeControls } from '@beeline/core/base';
import { type Colour, type Shown, show } from '../terminal/show.ts';
import { formatTable } from './format-table.ts';
import type { TimeStyle } from './format-time.ts';
import { rateText, type TopColumn, type TopRow, topColumns } from './top-columns.ts';

/** Size of the terminal in characters and lines; a side that is absent has no end. */
export interface ScreenSize {
  readonly columns?: number;
  readonly rows?: number;
}

const gap = 2;

/** The columns that fit beside each other; those that may leave go in their order until the rest fits. */
export function fitColumns(
  columns: readonly TopColumn[],
  widthOf: (column: TopColumn) => number,
  width: number,
): readonly TopColumn[] {
  const total = columns.reduce((sum, column) => sum + widthOf(column) + gap, -gap);
  const first = Math.min(...columns.map(({ leaves = Number.POSITIVE_INFINITY }) => leaves));
  if (total <= width || first === Number.POSITIVE_INFINITY) return columns;
  return fitColumns(
    columns.filter(({ leaves }) => leaves !== first),
    widthOf,
    width,
  );
}

/** All deployments together, in one line: `292 req/s, 0 answers with 5xx, 14 in flight, 0 waiting`. */
export function summarizeTop(rows: readonly TopRow[]): string {
  const sum = (read: (row: TopRow) => number) => rows.reduce((total, row) => total + read(row), 0);
  return [
    `${rateText(sum(({ metrics }) => metrics.rps))} req/s`,
    `${sum(({ metrics }) => metrics.errorTotal)} answers with 5xx`,
    `${sum(({ metrics }) => metrics.now.inFlight)} in flight`,
    `${sum(({ metrics }) => metrics.now.waiting)} waiting`,
  ].join(', ');
}

/** The table of deployments, cut to what fits on the screen; what is left out below is told. */
export function formatTop(
  rows: readonly TopRow[],
  style: TimeStyle,
  screen: ScreenSize,
  tint: (colour: Colour, text: string) => string | Shown,
): Shown {
  if (rows.length === 0) return show`No models.`;
  const room = Math.max(1, (screen.rows ?? Number.POSITIVE_INFINITY) - 1);
  const shown = rows.length <= room ? rows : rows.slice(0, Math.max(1, room - 1));
  const columns = fitColumns(
    topColumns,
    (column) =>
      Math.max(column.header.length, ...shown.map((row) => escapeControls(column.text(row, style)).length)),
    screen.columns ?? Number.POSITIVE_INFINITY,
  );
  const cells = shown.map((row) =>
    columns.map((column) => {
      const colour = column.colour?.(row);
      const text = column.text(row, style);
      return colour === undefined ? text : tint(colour, text);
    }),
  );
  const numbers = new Set(columns.flatMap(({ number }, index) => (number ? [index] : [])));
  const table = formatTable([columns.map(({ header }) => header), ...cells], numbers);
  const hidden = rows.length - shown.length;
  return hidden === 0 ? table : show`${table}\n${hidden} more, less busy; bl top --once shows all`;
}
