import { expect, test } from 'vitest';
import { drawArea, type PlotArea } from './draw-area.ts';

const area: PlotArea = { left: 10, top: 20, width: 4, height: 100, length: 4, highest: 10 };

test('values become steps with a corner at each change', () => {
  expect(drawArea([0, 2.5, 2.5, 10], area, '#000')).toBe(
    '<path d="M10 120H11V70H13V20H14V120Z" fill="#000"/>',
  );
});

test('of several values in one pixel the highest is seen', () => {
  expect(drawArea([0, 0, 0, 8.1, 0, 0, 0, 0], { ...area, length: 8 }, '#000')).toContain('H11V30H12V120');
});

test('fewer values than pixels fill them without gaps', () => {
  expect(drawArea([10, 10], { ...area, length: 2 }, '#000')).toBe(
    '<path d="M10 120H10V20H14V120Z" fill="#000"/>',
  );
});

test('a run that ended early leaves the rest empty, and nothing at all draws nothing', () => {
  expect(drawArea([10], area, '#000')).toContain('H11V120Z');
  expect(drawArea([0, 0], area, '#000')).toBe('');
});
