import { BeelineError, type Secret } from '../base/index.ts';

const minLength = 16;

/**
 * The token that proves to each other that the platform's processes are its own.
 * @throws BeelineError INVALID_CONFIGURATION when it is missing or too short.
 */
export function requireInternalToken(token: Secret | null): Secret {
  if (token !== null && token.reveal().length >= minLength) return token;
  throw new BeelineError('INVALID_CONFIGURATION', {
    message: `BL_INTERNAL_TOKEN must have at least ${minLength} characters: make one with \`openssl rand -hex 32\` and give the same to control, every gateway and every location`,
  });
}
