import { randomBytes } from 'node:crypto';
import { Secret } from '../base/index.ts';
import { decrypt, encrypt, keyBytes } from './cipher.ts';
import { bytesOf, type MasterKey } from './master-key.ts';
import { contextText, doesNotOpen, type SecretContext, unreadable } from './secret-context.ts';

/**
 * Seals values at rest. Each value has a data key of its own, which the current master key wraps; the sealed text
 * names that key: `s1.KEY.WRAPPED-DATA-KEY.VALUE`.
 */
export interface KeyRing {
  /** Id of the key that new values are sealed with. */
  readonly current: string;
  /** Ids of all keys, the current one first. */
  readonly ids: readonly string[];
  seal(value: Secret, context: SecretContext): string;
  /** @throws BeelineError SECRET_UNREADABLE when its key is not here, it is damaged, or the context is another. */
  open(sealed: string, context: SecretContext): Secret;
  /**
   * The same value under the current key, without opening it: its data key is wrapped anew.
   * @throws BeelineError SECRET_UNREADABLE as `open`.
   */
  rewrap(sealed: string, context: SecretContext): string;
}

const format = 's1';
const encode = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const decode = (text: string) => Buffer.from(text, 'base64url');

interface SealedParts {
  readonly keyId: string;
  readonly wrapped: string;
  readonly value: string;
}

function splitSealed(sealed: string): SealedParts {
  const [found, keyId = '', wrapped = '', value = '', ...more] = sealed.split('.');
  if (found !== format || value === '' || more.length > 0) throw unreadable(doesNotOpen);
  return { keyId, wrapped, value };
}

/** Id of the key that a sealed value needs; null when it is no sealed value. */
export function keyIdOf(sealed: string): string | null {
  const [found, keyId] = sealed.split('.');
  return found === format ? (keyId ?? null) : null;
}

/** Makes a ring of keys, the current one first. */
export function createKeyRing([current, ...former]: readonly [MasterKey, ...MasterKey[]]): KeyRing {
  const keys = new Map([current, ...former].map((key) => [key.id, key]));
  const ids = [...keys.keys()];

  const wrap = (dataKey: Uint8Array, context: SecretContext) =>
    encode(encrypt(bytesOf(current), dataKey, contextText('data key', context)));

  function unwrap({ keyId, wrapped }: SealedParts, context: SecretContext): Buffer {
    const key = keys.get(keyId);
    if (key === undefined) {
      throw unreadable(`it needs the secrets key ${keyId}, and here are only ${ids.join(', ')}`);
    }
    const dataKey = decrypt(bytesOf(key), decode(wrapped), contextText('data key', context));
    if (dataKey === null) throw unreadable(doesNotOpen);
    return dataKey;
  }

  return {
    current: current.id,
    ids,
    seal(value, context) {
      const dataKey = randomBytes(keyBytes);
      const box = encrypt(dataKey, Buffer.from(value.reveal()), contextText('value', context));
      return [format, current.id, wrap(dataKey, context), encode(box)].join('.');
    },
    open(sealed, context) {
      const parts = splitSealed(sealed);
      const value = decrypt(unwrap(parts, context), decode(parts.value), contextText('value', context));
      if (value === null) throw unreadable(doesNotOpen);
      return new Secret(value.toString());
    },
    rewrap(sealed, context) {
      const parts = splitSealed(sealed);
      return [format, current.id, wrap(unwrap(parts, context), context), parts.value].join('.');
    },
  };
}
