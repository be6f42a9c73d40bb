import { resolve } from 'node:path';
import { isBelow } from './origin-rules.ts';

/** What is known of the directories that models may come from before a location looks at one. */
export interface OriginPathRules {
  /** Null when only locations know them. */
  readonly roots: readonly string[] | null;
  readonly forbidden: readonly string[];
}

/** The rule that the text of a path breaks, or null. Says nothing of what lies there, and does not look. */
export function judgeOriginPath(path: string, byOwner: boolean, rules: OriginPathRules): string | null {
  const asked = resolve(path);
  const near = rules.forbidden.find((place) => isBelow(asked, place) || isBelow(place, asked));
  if (near !== undefined) {
    return isBelow(asked, near)
      ? `must not lie in ${near}, which belongs to the system or to the platform`
      : `must not hold ${near}, which belongs to the system or to the platform; name the directory of the model alone`;
  }
  if (byOwner || rules.roots === null || rules.roots.some((root) => isBelow(asked, root))) return null;
  return rules.roots.length === 0
    ? 'must be applied by the owner of the platform, because originRoots is empty; ask for that, or for a root that holds the directory'
    : `must lie in one of originRoots (${rules.roots.join(', ')}); put the model there, or ask the owner of the platform to apply it or to add a root`;
}
