import { distance } from 'fastest-levenshtein';

/** The known name closest to what was written, or undefined when none is near. */
export function suggestName(written: string, known: readonly string[]): string | undefined {
  const lower = written.toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const candidate = distance(lower, name.toLowerCase());
    if (candidate < bestDistance) {
      best = name;
      bestDistance = candidate;
    }
  }
  return bestDistance <= Math.max(2, Math.floor(written.length / 3)) ? best : undefined;
}
