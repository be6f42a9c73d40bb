import { BeelineError } from '@beeline/core/base';

/**
 * A writer that says which generation it saw must have seen the current one.
 * @throws BeelineError RESOURCE_CONFLICT when the object has changed since.
 */
export function checkGeneration(what: string, seen: number | null, current: number): void {
  if (seen === null || seen === current) return;
  throw new BeelineError('RESOURCE_CONFLICT', {
    message: `${what} is at generation ${current} and the request was made from generation ${seen}: read it again, or leave out metadata.generation`,
  });
}
