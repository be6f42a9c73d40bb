import type { DatabasePicture } from './database-picture.ts';

/** What to do about the files of the embedded database at a start. */
export type DatabaseVerdict =
  | { readonly kind: 'open' }
  /** There never was one. */
  | { readonly kind: 'make' }
  /** There was one, and it cannot be used: `reason` is a sentence without an end. */
  | { readonly kind: 'unusable'; readonly reason: string };

/**
 * Decides whether a database is opened or made. One is made only where nothing shows that there was one before: an
 * empty platform in the place of a lost one would take every model away.
 */
export function judgeDatabase(
  { kind, damage, traces }: DatabasePicture,
  where: { readonly dataDirectory: string; readonly files: string },
): DatabaseVerdict {
  if (kind === 'other') return { kind: 'unusable', reason: `${where.files} is no directory` };
  if (kind === 'directory') {
    if (damage === null) return { kind: 'open' };
    return { kind: 'unusable', reason: `the database in ${where.files} is not whole (${damage})` };
  }
  if (traces.length === 0) return { kind: 'make' };
  return {
    kind: 'unusable',
    reason: `the data directory ${where.dataDirectory} has no database, though there was a platform (it has ${traces.join(', ')})`,
  };
}

/** What a user does about a database that cannot be used. */
export const wayOut =
  'restore it from a backup, or start once with --begin-anew, which moves what is left of it aside and begins with an empty platform';
