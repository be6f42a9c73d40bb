/** Round numbers from 0 up to at most `highest`, about as many as asked for; whole numbers when `highest` is at least 1. */
export function axisTicks(highest: number, about: number): readonly number[] {
  const rough = highest / Math.max(1, about);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? rough;
  const whole = highest >= 1 ? Math.max(1, Math.round(step)) : step;
  const count = Math.floor(highest / whole + 1e-9);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * whole).toPrecision(12)));
}

/** Where a value lies between 0 and `highest`, by their square roots: what is small stays visible beside what is not. */
export const rootPart = (value: number, highest: number): number => Math.sqrt(value / highest);

/** 0 and the numbers 1, 2, 5, 10, 20 … up to `highest`, as many as keep `apart` (a part of the axis) on a root scale. */
export function rootTicks(highest: number, apart: number): readonly number[] {
  const ticks: number[] = [];
  let above = Number.POSITIVE_INFINITY;
  for (let power = Math.floor(Math.log10(highest)); power >= 0; power -= 1) {
    for (const factor of [5, 2, 1]) {
      const value = factor * 10 ** power;
      const part = rootPart(value, highest);
      if (value > highest || above - part < apart || part < apart) continue;
      ticks.unshift(value);
      above = part;
    }
  }
  return [0, ...ticks];
}

const timeUnits = [
  { name: 'h', seconds: 3_600, from: 5 * 3_600 },
  { name: 'min', seconds: 60, from: 3 * 60 },
] as const;

/** The unit in which a length of time is told best. */
export function timeUnitOf(seconds: number): { readonly name: string; readonly seconds: number } {
  return timeUnits.find(({ from }) => seconds >= from) ?? { name: 's', seconds: 1 };
}
