import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BeelineError, Secret } from '../base/index.ts';
import { createKeyRing, keyIdOf, makeMasterKey, parseMasterKeys } from './index.ts';

const value = new Secret('not-for-eyes ✓');
const here = ['default', 'Model', 'dep_1', 'env/TOKEN'];

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof BeelineError && error.code === 'SECRET_UNREADABLE') return error.message;
    throw error;
  }
  return 'opened';
}

describe('a ring of keys', () => {
  const [one, two] = [makeMasterKey(), makeMasterKey()];
  const ring = createKeyRing([one]);

  it('gives back what it sealed, and the sealed text does not have it', () => {
    const sealed = ring.seal(value, here);
    expect(ring.open(sealed, here).reveal()).toBe('not-for-eyes ✓');
    expect(Buffer.from(sealed.split('.').join(''), 'base64url').includes('not-for-eyes')).toBe(false);
    expect(keyIdOf(sealed)).toBe(one.id);
  });

  it('seals the same value differently each time', () => {
    expect(ring.seal(value, here)).not.toBe(ring.seal(value, here));
  });

  it.each([
    ['another workspace', ['other', 'Model', 'dep_1', 'env/TOKEN']],
    ['another deployment', ['default', 'Model', 'dep_2', 'env/TOKEN']],
    ['another variable', ['default', 'Model', 'dep_1', 'env/OTHER']],
    ['the same letters cut elsewhere', ['default', 'Model', 'dep_1env', '/TOKEN']],
  ])('does not open a value that was moved to %s', (_name, there) => {
    const sealed = ring.seal(value, here);
    expect(refusal(() => ring.open(sealed, there))).toMatch('made for something else');
    expect(refusal(() => ring.rewrap(sealed, there))).toMatch('made for something else');
  });

  it('opens nothing of which any character was changed', () => {
    const sealed = ring.seal(value, here);
    const damaged = [...sealed].map((character, index) => {
      const other = character === 'A' ? 'E' : 'A'; // differ in a bit that no padding drops
      return `${sealed.slice(0, index)}${other}${sealed.slice(index + 1)}`;
    });
    expect(damaged.filter((text) => refusal(() => ring.open(text, here)) === 'opened')).toEqual([]);
    for (const text of ['', 's1', 's1.a.b', `${sealed}.x`, sealed.slice(0, -4)]) {
      expect(refusal(() => ring.open(text, here))).not.toBe('opened');
    }
  });

  it('does not put the data key of one value before another one', () => {
    const [a = [], b = []] = [ring.seal(value, here), ring.seal(value, here)].map((text) => text.split('.'));
    const mixed = [...a.slice(0, 3), b.at(3)].join('.');
    expect(refusal(() => ring.open(mixed, here))).toMatch('damaged');
  });

  it('names the key that is missing, and those that are here', () => {
    const sealed = ring.seal(value, here);
    const reason = refusal(() => createKeyRing([two]).open(sealed, here));
    expect(reason).toBe(`it needs the secrets key ${one.id}, and here are only ${two.id}`);
  });

  it('opens with a former key, and wraps anew under the current one without changing the value', () => {
    const sealed = ring.seal(value, here);
    const both = createKeyRing([two, one]);
    expect(both.ids).toEqual([two.id, one.id]);
    expect(both.open(sealed, here).reveal()).toBe(value.reveal());
    const rewrapped = both.rewrap(sealed, here);
    expect(keyIdOf(rewrapped)).toBe(two.id);
    expect(createKeyRing([two]).open(rewrapped, here).reveal()).toBe(value.reveal());
    expect(refusal(() => ring.open(rewrapped, here))).toMatch(`needs the secrets key ${two.id}`);
  });
});

describe('keys as text', () => {
  const key = makeMasterKey();

  it('come back with the same id, the current one first', () => {
    const other = makeMasterKey();
    const text = `# made on Monday\n${other.key.reveal()}\n\n${key.key.reveal()},\n`;
    const parsed = parseMasterKeys(text);
    expect(parsed.ok && parsed.keys.map(({ id }) => id)).toEqual([other.id, key.id]);
  });

  it('never show themselves, nor does a rule about them', () => {
    expect(inspect(key)).not.toContain(key.key.reveal());
    expect(JSON.stringify(key)).not.toContain(key.key.reveal());
    const parsed = parseMasterKeys(`${key.key.reveal()},too-short`);
    expect(parsed).toEqual({ ok: false, rule: expect.stringContaining('key 2 is none') });
    expect(JSON.stringify(parsed)).not.toContain('too-short');
  });

  it('are needed', () => {
    expect(parseMasterKeys('# nothing\n')).toEqual({
      ok: false,
      rule: expect.stringContaining('has no key'),
    });
  });
});
