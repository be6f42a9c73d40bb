/** The middle of several values, and how far they lie apart. */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Of an even number the mean of the two in the middle. There has to be one value at least. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    lowest: at(0),
    highest: at(sorted.length - 1),
  };
}

/** The same for each number of several records with the same names. */
export function spreadOfEach<Name extends string>(
  names: readonly Name[],
  records: readonly Readonly<Record<Name, number>>[],
): Readonly<Record<Name, Spread>> {
  const spreads = names.map((name) => [name, spreadOf(records.map((record) => record[name]))] as const);
  return Object.fromEntries(spreads) as Record<Name, Spread>;
}
