import { BeelineError } from '@beeline/core/base';
import { keyIdOf } from '@beeline/core/secrets';
import type { Store } from '../store/open-store.ts';
import { contextOf, listSecretsOfOtherKeys, replaceSealed } from '../store/secrets.ts';
import type { SecretKeys } from './secret-keys.ts';

export interface Rotation {
  /** Whether a new key was made for it; otherwise the first of those that are given counts. */
  readonly newKey: boolean;
  /** Values that were put under the current key. */
  readonly rewrapped: number;
  /** Values that could not be, because their key is missing or they are damaged. */
  readonly unreadable: number;
}

const batch = 200;

/**
 * Puts every value under a new current key, without opening one. It may be cut short and called again: a value is
 * under one key or the other, and both are kept.
 * @throws BeelineError SECRETS_KEY_MISSING
 */
export async function rotateSecrets(store: Store, keys: SecretKeys): Promise<Rotation> {
  const newKey = keys.renew();
  const ring = keys.ring();
  let rewrapped = 0;
  let unreadable = 0;
  for (let after = ''; ; ) {
    const rows = await listSecretsOfOtherKeys(store.queries, ring.current, after, batch);
    for (const row of rows) {
      try {
        const sealed = ring.rewrap(row.sealed, contextOf(row));
        await replaceSealed(store.queries, row, { sealed, keyId: keyIdOf(sealed) ?? ring.current });
        rewrapped += 1;
      } catch (error) {
        if (!(error instanceof BeelineError) || error.code !== 'SECRET_UNREADABLE') throw error;
        unreadable += 1;
      }
    }
    after = rows.at(-1)?.id ?? '';
    if (rows.length < batch) break;
  }
  // A key that was put back opens values that locations were told of without them.
  await store.write((tx) => tx.bump('assignments'));
  return { newKey, rewrapped, unreadable };
}
