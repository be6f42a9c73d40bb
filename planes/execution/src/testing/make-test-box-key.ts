import { type BoxKey, makeBoxPrivateKey, readBoxKey } from '@beeline/core/secrets';

/** A key as a location has one. */
export function makeTestBoxKey(): BoxKey {
  const key = readBoxKey(makeBoxPrivateKey());
  if (key === null) throw new TypeError('a key that was just made cannot be read');
  return key;
}
