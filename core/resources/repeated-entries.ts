import type { FieldViolation } from '../base/index.ts';

/**
 * A violation for each entry of a list that becomes a map or a set, and that is there already.
 * @param at Field of the list, then of what names an entry in it: `spec.runtime.envs[]` or `spec.runtime.envs[].name`.
 */
export function repeatedEntries(at: string, names: readonly string[] = []): readonly FieldViolation[] {
  const seen = new Set<string>();
  return names.flatMap((name, index) => {
    const field = at.replace('[]', `[${index}]`);
    if (seen.has(name)) return [{ field, rule: `${name} is there twice`, hint: 'keep one of the two' }];
    seen.add(name);
    return [];
  });
}
