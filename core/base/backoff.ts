export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
  /** Growth per failure; 2 when absent. */
  readonly factor?: number;
}

/** Delay after `failures` failures in a row, with up to half of it taken off at random so that callers spread. */
export function backoffMs(
  failures: number,
  options: BackoffOptions,
  random: () => number = Math.random,
): number {
  const full = Math.min(options.maxMs, options.firstMs * (options.factor ?? 2) ** Math.max(0, failures - 1));
  return Math.round(full * (1 - random() / 2));
}
