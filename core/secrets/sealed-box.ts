import {
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { Secret } from '../base/index.ts';
import { decrypt, encrypt, keyBytes } from './cipher.ts';
import { contextText, doesNotOpen, type SecretContext, unreadable } from './secret-context.ts';

/*
 * Values for one reader: sealed with his public key (X25519), opened with the private one. What is sealed may be
 * sent, saved and logged as it is. The text names the reader's key: `b1.READER.SENDER-KEY.VALUE`.
 */

const format = 'b1';
const curve = { kty: 'OKP', crv: 'X25519' } as const;
/** 32 bytes in base64url. */
export const boxPublicKeyPattern = '^[A-Za-z0-9_-]{43}$';

const publicText = (key: KeyObject): string => key.export({ format: 'jwk' }).x ?? '';
const publicKeyOf = (text: string) => createPublicKey({ format: 'jwk', key: { ...curve, x: text } });
const readerId = (publicKey: string) => createHash('sha256').update(publicKey).digest('hex').slice(0, 16);

interface Ends {
  readonly own: KeyObject;
  readonly other: string;
  readonly sender: string;
  readonly reader: string;
}

function agreeOnKey({ own, other, sender, reader }: Ends): Buffer {
  const shared = diffieHellman({ privateKey: own, publicKey: publicKeyOf(other) });
  return Buffer.from(hkdfSync('sha256', shared, `${sender}.${reader}`, 'beeline sealed box', keyBytes));
}

/** Seals any number of values for one reader. */
export interface BoxSealer {
  seal(value: Secret, context: SecretContext): string;
}

/**
 * @param reader The reader's public key as `boxPublicKeyPattern` says.
 * @throws BeelineError SECRET_UNREADABLE when that is no key.
 */
export function createBoxSealer(reader: string): BoxSealer {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  const sender = publicText(publicKey);
  let key: Buffer;
  try {
    key = agreeOnKey({ own: privateKey, other: reader, sender, reader });
  } catch {
    throw unreadable('the key that values are to be sealed for is no X25519 key');
  }
  return {
    seal(value, context) {
      const box = encrypt(key, Buffer.from(value.reveal()), contextText('box', context));
      return [format, readerId(reader), sender, box.toString('base64url')].join('.');
    },
  };
}

/** Opens what was sealed for its public key. */
export interface BoxKey {
  readonly publicKey: string;
  /** @throws BeelineError SECRET_UNREADABLE when it was sealed for another key, is damaged, or the context is another. */
  open(sealed: string, context: SecretContext): Secret;
}

/** The private key as text, to be kept. */
export function makeBoxPrivateKey(): Secret {
  const { privateKey } = generateKeyPairSync('x25519');
  return new Secret(String(privateKey.export({ format: 'pem', type: 'pkcs8' })));
}

/** Reads a private key that `makeBoxPrivateKey` made; null when it is none. */
export function readBoxKey(text: Secret): BoxKey | null {
  let own: KeyObject;
  try {
    own = createPrivateKey(text.reveal());
  } catch {
    return null; // not a key at all
  }
  if (own.asymmetricKeyType !== 'x25519') return null;
  const reader = publicText(createPublicKey(own));
  return {
    publicKey: reader,
    open(sealed, context) {
      const [found, id, sender = '', box = '', ...more] = sealed.split('.');
      if (found !== format || box === '' || more.length > 0) throw unreadable(doesNotOpen);
      if (id !== readerId(reader)) throw unreadable('the value was sealed for a key that is not here');
      if (!new RegExp(boxPublicKeyPattern).test(sender)) throw unreadable(doesNotOpen);
      let key: Buffer;
      try {
        key = agreeOnKey({ own, other: sender, sender, reader });
      } catch {
        throw unreadable(doesNotOpen); // the sender's key is no point of the curve that may be used
      }
      const value = decrypt(key, Buffer.from(box, 'base64url'), contextText('box', context));
      if (value === null) throw unreadable(doesNotOpen);
      return new Secret(value.toString());
    },
  };
}
