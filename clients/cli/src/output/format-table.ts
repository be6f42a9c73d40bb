import Table from 'cli-table3';
import { layOut, type Shown, trimLines } from '../terminal/show.ts';

const none = '';
const borders = {
  top: none,
  'top-mid': none,
  'top-left': none,
  'top-right': none,
  bottom: none,
  'bottom-mid': none,
  'bottom-left': none,
  'bottom-right': none,
  left: none,
  'left-mid': none,
  mid: none,
  'mid-mid': none,
  right: none,
  'right-mid': none,
  middle: none,
};

/**
 * Rows in aligned columns, without borders and without blanks at the ends of lines. Columns of the given numbers are
 * aligned to the right.
 */
export function formatTable(
  rows: readonly (readonly (string | Shown)[])[],
  alignedRight: ReadonlySet<number> = new Set(),
): Shown {
  const columns = rows[0] ?? [];
  const drawn = layOut(rows, (cells) => {
    const table = new Table({
      chars: borders,
      colAligns: columns.map((_, index) => (alignedRight.has(index) ? 'right' : 'left')),
      style: { 'padding-left': 0, 'padding-right': 2, head: [], border: [] },
    });
    table.push(...cells);
    return table.toString();
  });
  return trimLines(drawn);
}
