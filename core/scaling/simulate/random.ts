/** Numbers by chance that are the same for the same seed. */
export interface Random {
  /** From 0 up to, not including, 1. */
  uniform(): number;
  normal(): number;
  exponential(mean: number): number;
  gamma(shape: number, mean: number): number;
  logNormal(mu: number, sigma: number): number;
  weibull(shape: number, scale: number): number;
}

/** A generator of 32 bits by the method known as mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  function uniform(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  const positive = () => 1 - uniform();
  const normal = () => Math.sqrt(-2 * Math.log(positive())) * Math.cos(2 * Math.PI * uniform());
  /** Marsaglia and Tsang's rejection, for a mean equal to the shape. */
  function gammaOf(shape: number): number {
    if (shape < 1) return gammaOf(shape + 1) * positive() ** (1 / shape);
    const d = shape - 1 / 3;
    for (;;) {
      const x = normal();
      const v = (1 + x / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(positive()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  }
  return {
    uniform,
    normal,
    exponential: (mean) => -mean * Math.log(positive()),
    gamma: (shape, mean) => (gammaOf(shape) * mean) / shape,
    logNormal: (mu, sigma) => Math.exp(mu + sigma * normal()),
    weibull: (shape, scale) => scale * (-Math.log(positive())) ** (1 / shape),
  };
}
