import { rootPart } from './axis-ticks.ts';

/** Where values are drawn: pixels from the left and the top, and what the edges stand for. */
export interface PlotArea {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** How many values the width stands for. */
  readonly length: number;
  /** The value at the upper edge. */
  readonly highest: number;
}

/** The highest value of each pixel from the left, so that no peak is lost. */
function columnsOf(values: readonly number[], { width, length }: PlotArea): readonly number[] {
  const columns: number[] = [];
  values.forEach((value, index) => {
    const first = Math.floor((index / length) * width);
    const end = Math.max(first + 1, Math.floor(((index + 1) / length) * width));
    for (let x = first; x < end; x += 1) columns[x] = Math.max(columns[x] ?? 0, value);
  });
  return columns;
}

/** A filled SVG path in steps on a root scale, with a corner only where the value changes; empty when all values are 0. */
export function drawArea(values: readonly number[], area: PlotArea, colour: string): string {
  const columns = columnsOf(values, area);
  if (columns.every((value) => value === 0)) return '';
  const bottom = area.top + area.height;
  const yOf = (value: number) => Number((bottom - rootPart(value, area.highest) * area.height).toFixed(1));
  let path = `M${area.left} ${bottom}`;
  let before = bottom;
  for (const [x, value] of columns.entries()) {
    const y = yOf(value);
    if (y !== before) path += `H${area.left + x}V${y}`;
    before = y;
  }
  return `<path d="${path}H${area.left + columns.length}V${bottom}Z" fill="${colour}"/>`;
}
