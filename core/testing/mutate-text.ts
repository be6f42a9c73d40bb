/** A sequence that is the same on every run with one seed: each call gives a whole number below the one given. */
export function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One of some texts, changed in one to three places: pieces are put in, bytes are left out. */
export function mutate(
  next: (below: number) => number,
  seeds: readonly string[],
  pieces: readonly string[],
): string {
  let text = seeds[next(seeds.length)] ?? '';
  for (let change = next(3); change >= 0; change -= 1) {
    const at = next(text.length);
    text = text.slice(0, at) + (pieces[next(pieces.length)] ?? '') + text.slice(at + next(3));
  }
  return text;
}
