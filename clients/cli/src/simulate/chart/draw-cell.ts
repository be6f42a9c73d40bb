import { formatDuration } from '@beeline/core/base';
import type { SimulationResult, SimulationSummary } from '@beeline/core/scaling';
import { axisTicks, rootPart, rootTicks, timeUnitOf } from './axis-ticks.ts';
import { drawArea, type PlotArea } from './draw-area.ts';

/** Colours that people who see fewer of them tell apart too, by their lightness alone as well. */
export const chartColours = { ready: '#0072b2', starting: '#f0b541', waiting: '#a3195b' } as const;

const ink = '#222';
const faint = '#6b6b6b';
const grid = '#e3e3e3';

export const cellHeight = 184;
const plots = { replicas: { top: 26, height: 84 }, waiting: { top: 120, height: 40 } } as const;

/** The scales that the cells of one column share. All in the units of the axes. */
export interface CellScales {
  readonly seconds: number;
  readonly mostReplicas: number;
  readonly mostWaiting: number;
}

export interface Cell {
  readonly policy: string;
  readonly result: SimulationResult;
  readonly summary: SimulationSummary;
  /** Pixels from the left and the top of the chart to the plots, and how wide they are. */
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

export const escapeText = (text: string) => text.replace(/[&<>"]/g, (found) => `&#${found.charCodeAt(0)};`);

export function drawText(x: number, y: number, text: string, more = ''): string {
  return `<text x="${x}" y="${y}" ${more}>${escapeText(text)}</text>`;
}

/** Ticks of the values at the left edge, each with a line across. */
function drawValueAxis(area: PlotArea, name: string): string {
  const bottom = area.top + area.height;
  const lines = rootTicks(area.highest, 14 / area.height).map((value) => {
    const y = Number((bottom - rootPart(value, area.highest) * area.height).toFixed(1));
    const label = drawText(area.left - 5, y + 3.5, String(value), `text-anchor="end" fill="${faint}"`);
    return `<path d="M${area.left} ${y}h${area.width}" stroke="${value === 0 ? faint : grid}"/>${label}`;
  });
  const middle = area.top + area.height / 2;
  const x = area.left - 40;
  const turned = `text-anchor="middle" fill="${faint}" transform="rotate(-90 ${x} ${middle})"`;
  return `${lines.join('')}${drawText(x, middle, name, turned)}`;
}

/** Ticks of the time at the lower edge, in a unit that gives short numbers. */
function drawTimeAxis(area: PlotArea): string {
  const unit = timeUnitOf(area.length);
  const length = area.length / unit.seconds;
  const y = area.top + area.height + 14;
  const labels = axisTicks(length, 6).map((time) => {
    const x = Math.round(area.left + (time / length) * area.width);
    const text = time === 0 ? `0 ${unit.name}` : String(time);
    return drawText(x, y, text, `text-anchor="middle" fill="${faint}"`);
  });
  return labels.join('');
}

/** One policy at one cost of a start: replicas over time, and below them the requests that wait. */
export function drawCell({ policy, result, summary, left, top, width }: Cell, scales: CellScales): string {
  const area = (part: keyof typeof plots, highest: number): PlotArea => ({
    left,
    top: top + plots[part].top,
    width,
    height: plots[part].height,
    length: scales.seconds,
    highest,
  });
  const replicas = area('replicas', scales.mostReplicas);
  const waiting = area('waiting', scales.mostWaiting);
  const { samples } = result;
  const wait = `p99 wait ${formatDuration(summary.waitP99Ms)}`;
  const cost = `${summary.replicaSeconds.toLocaleString('en-US')} replica-seconds`;
  return [
    drawText(left, top + 16, policy, `font-weight="bold" fill="${ink}"`),
    drawText(left + width, top + 16, `${wait}, ${cost}`, `text-anchor="end" fill="${ink}"`),
    drawValueAxis(replicas, 'replicas'),
    drawValueAxis(waiting, 'waiting'),
    drawArea(
      samples.map((sample) => sample.replicas),
      replicas,
      chartColours.starting,
    ),
    drawArea(
      samples.map((sample) => sample.ready),
      replicas,
      chartColours.ready,
    ),
    drawArea(
      samples.map((sample) => sample.waiting),
      waiting,
      chartColours.waiting,
    ),
    drawTimeAxis(waiting),
  ].join('\n');
}
