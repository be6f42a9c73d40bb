import { createHash } from 'node:crypto';

/** What tells the states of an object apart that users brought about: the platform's own marks are not in it. */
export interface ObjectVersion {
  /** Tells an object from an earlier one of the same name. Milliseconds since 1970. */
  readonly createdAt: number;
  /** Counts the changes that users made. */
  readonly generation: number;
}

function versionMark({ createdAt, generation }: ObjectVersion): string {
  return `${createdAt.toString(36)}.${generation}`;
}

/** A strong entity tag: of the object's version and of the very text that is sent, in which its status is. */
export function entityTag(version: ObjectVersion, body: string): string {
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 16);
  return `"${versionMark(version)}.${digest}"`;
}

/**
 * Whether a tag was given out for this version of the object. A write asks for that only: a status that has moved on
 * meanwhile is no reason to refuse it.
 */
export function isOfVersion(tag: string, version: ObjectVersion): boolean {
  return tag.startsWith(`"${versionMark(version)}.`);
}
