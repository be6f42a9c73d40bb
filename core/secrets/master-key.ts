import { createHash, randomBytes } from 'node:crypto';
import { Secret } from '../base/index.ts';
import { keyBytes } from './cipher.ts';

/** A key that other keys are wrapped with. */
export interface MasterKey {
  /** 16 hex digits that follow from the key and do not tell it. */
  readonly id: string;
  readonly key: Secret;
}

const decode = (text: string) => Buffer.from(text, 'base64');

function keyOf(text: string): MasterKey {
  const id = createHash('sha256').update('beeline secrets key\0').update(decode(text)).digest('hex');
  return { id: id.slice(0, 16), key: new Secret(text) };
}

/** The 32 bytes of a key. */
export const bytesOf = ({ key }: MasterKey): Buffer => decode(key.reveal());

export const makeMasterKey = (): MasterKey => keyOf(randomBytes(keyBytes).toString('base64'));

export type ParsedKeys =
  | { readonly ok: true; readonly keys: readonly MasterKey[] }
  | { readonly ok: false; readonly rule: string };

/** How a key is made by hand. */
export const makeKeyCommand = 'openssl rand -base64 32';

/**
 * Reads keys, the current one first: 32 bytes each in base64, apart by commas or line ends. A line that begins with #
 * is a remark. The rule never repeats what was read.
 */
export function parseMasterKeys(text: string): ParsedKeys {
  const words = text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => line.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (words.length === 0) return { ok: false, rule: `has no key; make one with \`${makeKeyCommand}\`` };
  const bad = words.findIndex(
    (word) => !/^[A-Za-z0-9+/_-]{43}=?$/.test(word) || decode(word).length !== keyBytes,
  );
  if (bad >= 0) {
    return {
      ok: false,
      rule: `must be keys of ${keyBytes} bytes in base64, the current one first; key ${bad + 1} is none (make one with \`${makeKeyCommand}\`)`,
    };
  }
  return { ok: true, keys: words.map(keyOf) };
}
