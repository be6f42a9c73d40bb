import { createHash, timingSafeEqual } from 'node:crypto';
import { randomText, Secret } from '@beeline/core/base';

const idLength = 16;
/** 5 bits each: 200 random bits. */
const secretLength = 40;

/** A new key: `bl_` + public id + `_` + secret. */
export function newApiKeyToken(): { readonly id: string; readonly token: Secret } {
  const id = randomText(idLength);
  return { id: `key_${id}`, token: new Secret(`bl_${id}_${randomText(secretLength)}`) };
}

/** The id of the key that a credential claims to be; undefined when it has not the form of one. */
export function readApiKeyId(credential: string): string | undefined {
  const match = /^bl_([0-9a-z]{16})_[0-9a-z]{40}$/.exec(credential);
  return match === null ? undefined : `key_${match[1]}`;
}

/** SHA-256 in lowercase hex: all that is kept of a key. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Compares in a time that does not depend on where they differ. */
export function isSameHash(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
