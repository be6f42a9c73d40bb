import { BeelineError } from '@beeline/core/base';
import { isOfVersion, type ObjectVersion } from './entity-tag.ts';

/** Entity tags as a header lists them; `*` stands for whatever there is. */
type TagList = '*' | readonly string[];

/** What must hold for a write to be made; null of what the request does not ask for. */
export interface Precondition {
  readonly ifMatch: TagList | null;
  readonly ifNoneMatch: TagList | null;
}

export const unconditional: Precondition = { ifMatch: null, ifNoneMatch: null };

const tagPattern = /^(W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/;

function readTags(header: string | undefined, name: string): TagList | null {
  if (header === undefined) return null;
  const tags = header.split(',').map((tag) => tag.trim());
  if (tags.length === 1 && tags[0] === '*') return '*';
  if (tags.every((tag) => tagPattern.test(tag))) return tags;
  throw new BeelineError('INVALID_INPUT', {
    message: `${name} must be * or entity tags in quotes, as ETag gave them; received ${JSON.stringify(header)}`,
  });
}

/** @throws BeelineError INVALID_INPUT when a header lists no entity tags. */
export function readPrecondition(headers: {
  readonly 'if-match'?: string | undefined;
  readonly 'if-none-match'?: string | undefined;
}): Precondition {
  return {
    ifMatch: readTags(headers['if-match'], 'If-Match'),
    ifNoneMatch: readTags(headers['if-none-match'], 'If-None-Match'),
  };
}

/** Whether a reader has the text already that it would get (RFC 9110, section 13.1.2). */
export function isNotModified({ ifNoneMatch }: Precondition, tag: string): boolean {
  if (ifNoneMatch === null) return false;
  return ifNoneMatch === '*' || ifNoneMatch.some((each) => each.replace(/^W\//, '') === tag);
}

/**
 * Checks a write against the object as it is locked now; null when there is none.
 * @throws BeelineError PRECONDITION_FAILED
 */
export function checkPrecondition(
  what: string,
  { ifMatch, ifNoneMatch }: Precondition,
  current: ObjectVersion | null,
): void {
  const refuse = (message: string): never => {
    throw new BeelineError('PRECONDITION_FAILED', { message });
  };
  const isCurrent = (tags: TagList) =>
    current !== null && (tags === '*' || tags.some((tag) => isOfVersion(tag, current)));
  if (ifMatch !== null && !isCurrent(ifMatch)) {
    refuse(
      current === null
        ? `${what} does not exist and If-Match asks for it: leave out the header to create it`
        : `${what} has changed since it had the ETag that If-Match names: read it again`,
    );
  }
  if (ifNoneMatch !== null && isCurrent(ifNoneMatch)) {
    refuse(
      `${what} exists already and If-None-Match asks that it does not: leave out the header to change it`,
    );
  }
}
