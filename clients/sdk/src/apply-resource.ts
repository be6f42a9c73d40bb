import { isDeepStrictEqual } from 'node:util';
import { BeelineError } from '@beeline/core/base';
import type { Metadata } from '@beeline/core/resources';

export type ApplyOutcome = 'created' | 'configured' | 'unchanged';

export interface Applied<T> {
  readonly outcome: ApplyOutcome;
  /** As the platform keeps it now. */
  readonly resource: T;
  /** As it was kept before; null when it is not known to have been there. */
  readonly before: T | null;
}

interface Applicable {
  readonly metadata: Metadata;
  readonly spec: unknown;
}

/** The three calls that applying is made of; each rejects with BeelineError. */
export interface ApplyCalls<T> {
  read(): Promise<T>;
  update(): Promise<T>;
  create(): Promise<T>;
}

const isMissing = (error: unknown) => error instanceof BeelineError && error.code === 'RESOURCE_NOT_FOUND';
const isTaken = (error: unknown) => error instanceof BeelineError && error.code === 'RESOURCE_CONFLICT';

/** What an update did, by what a user can write: the platform's own marks do not count. */
export function describeUpdate(before: Applicable, after: Applicable): 'configured' | 'unchanged' {
  const written = ({ metadata, spec }: Applicable) => [metadata.displayName, metadata.labels, spec];
  return isDeepStrictEqual(written(before), written(after)) ? 'unchanged' : 'configured';
}

/**
 * Makes the platform's object what the user wrote, whether it exists or not. Somebody who creates or deletes it at
 * the same moment is met by one more try the other way round.
 */
export async function applyResource<T extends Applicable>(calls: ApplyCalls<T>): Promise<Applied<T>> {
  const before = await calls.read().catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (before !== null) {
    try {
      const after = await calls.update();
      return { outcome: describeUpdate(before, after), resource: after, before };
    } catch (error) {
      if (!isMissing(error)) throw error;
      return { outcome: 'created', resource: await calls.create(), before: null };
    }
  }
  try {
    return { outcome: 'created', resource: await calls.create(), before: null };
  } catch (error) {
    if (!isTaken(error)) throw error;
    return { outcome: 'configured', resource: await calls.update(), before: null };
  }
}
