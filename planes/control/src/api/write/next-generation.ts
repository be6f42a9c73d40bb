import { isDeepStrictEqual } from 'node:util';

/** The generation after a write: every change of what a user can write counts it up, labels and name included. */
export function nextGeneration<Wished extends object>(
  row: { readonly [Name in keyof Wished]: unknown } & { readonly generation: number },
  wished: Wished,
): number {
  const before = Object.fromEntries(Object.keys(wished).map((name) => [name, row[name as keyof Wished]]));
  return isDeepStrictEqual(before, wished) ? row.generation : row.generation + 1;
}
