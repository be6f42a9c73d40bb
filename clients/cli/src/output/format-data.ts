import { stringify } from 'yaml';

/** A value as JSON or YAML for programs and for applying again, without a line end. */
export function formatData(value: unknown, format: 'json' | 'yaml'): string {
  if (format === 'json') return JSON.stringify(value, null, 2);
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }).trimEnd();
}
