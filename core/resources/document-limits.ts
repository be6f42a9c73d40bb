/**
 * What a document may be, wherever it comes in: far more than anyone writes by hand, and so little that checking it
 * takes a moment.
 */
export const documentLimits = {
  /** Mappings and lists inside each other. */
  depth: 32,
  /** Values in all. */
  values: 20_000,
  labels: 256,
  /** What a user wrote of it, as JSON: what the platform adds when it gives it out does not count. */
  bytes: 256 * 1024,
} as const;

/** The rule that a document breaks by its size alone; each value is looked at once, whatever its depth. */
export function brokenSizeRule(document: unknown): string | undefined {
  const open: { readonly value: unknown; readonly depth: number }[] = [{ value: document, depth: 1 }];
  let values = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    values += 1;
    if (values > documentLimits.values) return `must have at most ${documentLimits.values} values`;
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth > documentLimits.depth) {
      return `must have at most ${documentLimits.depth} mappings and lists inside each other`;
    }
    for (const value of Object.values(next.value)) open.push({ value, depth: next.depth + 1 });
  }
  return undefined;
}
