import { BeelineError, decodeUtf8 } from '@beeline/core/base';
import { refuseQuery } from './read-query.ts';

function refuse(message: string): never {
  throw new BeelineError('REQUEST_INVALID', { message });
}

/** The bytes that an address stands for, and at which of its characters each of them begins. */
function unescapeAddress(address: string): {
  readonly bytes: Uint8Array;
  readonly places: readonly number[];
} {
  const bytes: number[] = [];
  const places: number[] = [];
  for (let at = 0; at < address.length; at += 1) {
    places.push(at);
    const code = address.charCodeAt(at);
    if (code !== 0x25) {
      if (code < 0x21 || code > 0x7e) {
        refuse(`the address has a character at offset ${at} that must be written as % and two hex digits`);
      }
      bytes.push(code);
      continue;
    }
    const digits = address.slice(at + 1, at + 3);
    if (!/^[0-9a-f]{2}$/i.test(digits)) {
      refuse(
        `the address has ${JSON.stringify(address.slice(at, at + 3))} at offset ${at}: after % come two hex digits; a % itself is %25`,
      );
    }
    bytes.push(Number.parseInt(digits, 16));
    at += 2;
  }
  return { bytes: Uint8Array.from(bytes), places };
}

function checkCharacters(address: string): void {
  const { bytes, places } = unescapeAddress(address);
  // PostgreSQL keeps no zero character in texts, and no name has one.
  if (bytes.includes(0)) refuse('the address must not have a zero character (%00)');
  const decoded = decodeUtf8(bytes);
  if (decoded.ok) return;
  const at = places[decoded.problem.offset] ?? 0;
  refuse(`the address is not UTF-8: ${address.slice(at, at + 3)} at offset ${at} begins no character`);
}

function checkRepetitions(query: string): void {
  const seen = new Set<string>();
  for (const part of query.split('&')) {
    const name = decodeURIComponent(part.split('=', 1)[0] ?? '');
    if (seen.has(name)) {
      refuseQuery(name, { rule: 'must be sent once', hint: 'leave one of them' });
    }
    if (name !== '') seen.add(name);
  }
}

/**
 * Checks that a path and its query can be read in one way only.
 * @throws BeelineError REQUEST_INVALID for what is no UTF-8, with its place; INVALID_INPUT for a query parameter that
 * was sent twice.
 */
export function checkAddress(address: string): void {
  checkCharacters(address);
  const question = address.indexOf('?');
  if (question >= 0) checkRepetitions(address.slice(question + 1));
}
