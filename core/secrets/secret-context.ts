import { BeelineError } from '../base/index.ts';

/**
 * What a sealed value belongs to, from the outside in: `['default', 'Model', 'dep_1', 'env/TOKEN']`. It is part of
 * the seal, so a sealed value that is copied to another place cannot be opened there.
 */
export type SecretContext = readonly string[];

/** The context as one text that no other context has. */
export const contextText = (purpose: string, context: SecretContext): string =>
  JSON.stringify([purpose, ...context]);

/** A sealed value that cannot be opened, and why. */
export function unreadable(reason: string): BeelineError {
  return new BeelineError('SECRET_UNREADABLE', { message: reason });
}

/** The reason is the same for all that a wrong place, a wrong key or damage can do: the tag tells no more. */
export const doesNotOpen = 'the sealed value is damaged, or was made for something else';
