import { describe, expect, it } from 'vitest';
import { BeelineError, Secret } from '../base/index.ts';
import { type BoxKey, boxPublicKeyPattern, createBoxSealer, makeBoxPrivateKey, readBoxKey } from './index.ts';

const value = new Secret('not-for-eyes');
const here = ['rev_1', 'TOKEN'];

function makeKey(): BoxKey {
  const key = readBoxKey(makeBoxPrivateKey());
  if (key === null) throw new Error('a key that was just made cannot be read');
  return key;
}

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof BeelineError && error.code === 'SECRET_UNREADABLE') return error.message;
    throw error;
  }
  return 'done';
}

describe('a sealed box', () => {
  const key = makeKey();
  const sealer = createBoxSealer(key.publicKey);

  it('is opened by the one it is for, many from one sealer', () => {
    const [one, two] = [sealer.seal(value, here), sealer.seal(new Secret(''), ['rev_1', 'EMPTY'])];
    expect(key.open(one, here).reveal()).toBe('not-for-eyes');
    expect(key.open(two, ['rev_1', 'EMPTY']).reveal()).toBe('');
    expect(one).not.toContain(Buffer.from('not-for-eyes').toString('base64url'));
  });

  it('is opened by nobody else, and in no other place', () => {
    const sealed = sealer.seal(value, here);
    expect(refusal(() => makeKey().open(sealed, here))).toBe(
      'the value was sealed for a key that is not here',
    );
    expect(refusal(() => key.open(sealed, ['rev_2', 'TOKEN']))).toMatch('made for something else');
  });

  it('is not opened when any part of it was changed', () => {
    const parts = sealer.seal(value, here).split('.');
    for (const [index, part] of parts.entries()) {
      const first = part.startsWith('A') ? 'B' : 'A';
      const damaged = parts.with(index, `${first}${part.slice(1)}`).join('.');
      expect(refusal(() => key.open(damaged, here))).not.toBe('done');
      expect(refusal(() => key.open(parts.with(index, '').join('.'), here))).not.toBe('done');
    }
    const zero = Buffer.alloc(32).toString('base64url'); // a point of small order: everybody knows what it agrees on
    expect(refusal(() => key.open(parts.with(2, zero).join('.'), here))).toMatch('damaged');
    expect(refusal(() => createBoxSealer(zero))).toMatch('no X25519 key');
  });

  it('has keys that can be kept as text; anything else is none', () => {
    expect(key.publicKey).toMatch(new RegExp(boxPublicKeyPattern));
    expect(readBoxKey(new Secret('half a key'))).toBeNull();
  });
});
