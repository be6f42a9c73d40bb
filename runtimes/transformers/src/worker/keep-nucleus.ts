/**
 * In place: keeps the fewest likeliest entries of `logits` whose probabilities reach `share`, and rules out the rest.
 * An entry below (1 - share) / count can never be among them, so only the others are sorted.
 */
export function keepNucleus(logits: Float32Array, share: number): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of logits) if (value > largest) largest = value;
  let total = 0;
  for (const value of logits) total += Math.exp(value - largest);
  const least = ((1 - share) / logits.length) * total;
  const candidates: Array<{ index: number; mass: number }> = [];
  logits.forEach((value, index) => {
    const mass = Math.exp(value - largest);
    if (mass >= least) candidates.push({ index, mass });
  });
  candidates.sort((left, right) => right.mass - left.mass);
  const kept = new Map<number, number>();
  let sum = 0;
  for (const { index, mass } of candidates) {
    kept.set(index, logits[index] ?? 0);
    sum += mass;
    if (sum >= share * total) break;
  }
  logits.fill(Number.NEGATIVE_INFINITY);
  for (const [index, value] of kept) logits[index] = value;
}
