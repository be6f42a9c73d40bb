import { expect, test } from 'vitest';
import { type DocumentKind, stampDocument, upgradeDocument } from './upgrade-document.ts';

interface Timer {
  readonly delayMs: number;
  readonly repeat: boolean;
  readonly options: { readonly jitter: number };
}

/** Version 1 had seconds, version 2 had no object of options; `repeat` and `jitter` were added with a default. */
const timer: DocumentKind<Timer> = {
  steps: [
    ({ delay, ...rest }) => ({ ...rest, delayMs: Number(delay) * 1_000 }),
    ({ jitter, ...rest }) => ({ ...rest, ...(jitter === undefined ? {} : { options: { jitter } }) }),
  ],
  complete(stored) {
    const { delayMs, repeat = false, options } = stored as unknown as Partial<Timer>;
    return { delayMs: delayMs ?? 0, repeat, options: { jitter: options?.jitter ?? 0 } };
  },
};
const complete = { delayMs: 5_000, repeat: false, options: { jitter: 0 } };

test.each([
  ['of no version, which is the first,', { delay: 5, jitter: 3 }, { ...complete, options: { jitter: 3 } }],
  ['of the second version', { documentVersion: 2, delayMs: 5_000 }, complete],
  [
    'of the present version',
    { documentVersion: 3, delayMs: 5_000, repeat: true },
    { ...complete, repeat: true },
  ],
])('a document %s becomes one of the present', (_version, stored, expected) => {
  expect(upgradeDocument(timer, stored)).toEqual(expected);
});

test('fields that are not known are kept, however deep', () => {
  const stored = { documentVersion: 4, delayMs: 5_000, colour: 'red', options: { jitter: 1, seed: 7 } };
  expect(upgradeDocument(timer, stored)).toEqual({
    ...complete,
    colour: 'red',
    options: { jitter: 1, seed: 7 },
  });
});

test('what is stored says its version and comes back as it was', () => {
  const stored = stampDocument(timer, complete);
  expect(stored).toEqual({ ...complete, documentVersion: 3 });
  expect(upgradeDocument(timer, stored)).toEqual(complete);
});
