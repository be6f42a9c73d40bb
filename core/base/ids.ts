import { randomBytes } from 'node:crypto';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

function encodeBase32(value: bigint, length: number): string {
  let rest = value;
  let text = '';
  for (let index = 0; index < length; index += 1) {
    text = alphabet[Number(rest & 31n)] + text;
    rest >>= 5n;
  }
  return text;
}

/** Sortable id: `prefix_` + 10 characters of milliseconds + 12 random ones (60 bits), lowercase base 32. */
export function newId(prefix: string, nowMs: number = Date.now()): string {
  const random = BigInt(`0x${randomBytes(8).toString('hex')}`) >> 4n;
  return `${prefix}_${encodeBase32(BigInt(nowMs), 10)}${encodeBase32(random, 12)}`;
}

/** `length` random characters of lowercase base 32: 5 bits each. */
export function randomText(length: number): string {
  let text = '';
  for (const byte of randomBytes(length)) text += alphabet[byte & 31];
  return text;
}
