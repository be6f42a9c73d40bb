import type { Flavor } from '../flavor.ts';

/** An execution place as the API returns it. */
export interface Location {
  readonly location: string;
  readonly displayName: string;
  /** ISO 3166 code in lower case, or null when the operator did not say. */
  readonly country: string | null;
  /** Two letters: `eu`, `na`, `as` …, or null when the operator did not say. */
  readonly continent: string | null;
  readonly status: 'healthy' | 'unreachable';
  readonly flavors: readonly Flavor[];
  readonly generations: readonly string[];
}
