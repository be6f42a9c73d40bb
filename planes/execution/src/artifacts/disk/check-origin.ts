import { lstatSync, realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { BeelineError } from '@beeline/core/base';
import { isBelow, type OriginRules } from '@beeline/core/model-files';

/** The same whatever lies there, so that nobody learns what exists outside the roots. */
function refusal(path: string, trusted: boolean): BeelineError {
  const message = trusted
    ? `models may not come from ${path}: it is, holds or lies in the platform's own files or a directory of the system; put the model elsewhere`
    : `models may not come from ${path}: it lies outside originRoots of the location; put the model below one of them, or ask whoever runs the platform to apply it or to add a root`;
  return new BeelineError('ORIGIN_REFUSED', { message });
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false; // not there, or not to be seen by this user
  }
}

/** The real path of what exists, and of the nearest directory above it when it does not; null when a link leads nowhere. */
function nearestRealPath(path: string): { readonly real: string; readonly exists: boolean } | null {
  for (let at = path; ; at = dirname(at)) {
    try {
      return { real: realpathSync(at), exists: at === path };
    } catch {
      if (isLink(at)) return null; // it would tell whether its target exists, wherever that is
    }
  }
}

const realRoots = (roots: readonly string[]) =>
  roots.flatMap((root) => {
    try {
      return [realpathSync(root)];
    } catch {
      return []; // a root that is not there allows nothing
    }
  });

/**
 * The real path of an origin, once it is known that it may be read. Links lead nowhere that their target's own path
 * does not.
 * @throws BeelineError ORIGIN_REFUSED.
 */
export function checkOrigin(path: string, trusted: boolean, rules: OriginRules): string {
  const asked = resolve(path);
  const found = nearestRealPath(asked);
  if (found === null) throw refusal(path, trusted);
  const { real, exists } = found;
  const forbidden = [...rules.forbidden, ...realRoots(rules.forbidden)];
  if (forbidden.some((place) => isBelow(real, place) || (exists && isBelow(place, real)))) {
    throw refusal(path, trusted);
  }
  if (!trusted && !realRoots(rules.roots).some((root) => isBelow(real, root))) throw refusal(path, trusted);
  return exists ? real : asked;
}
