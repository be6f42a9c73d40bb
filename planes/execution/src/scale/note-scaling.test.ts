import type { ObservedScaling } from '@beeline/core/contract';
import { expect, test } from 'vitest';
import { noteScaling } from './note-scaling.ts';

test('the last rule is told, and a change with all of them', () => {
  const reasons = ['need 3', '2: the maximum'];
  expect(noteScaling(null, { at: 5, from: 0, to: 2, reasons })).toEqual({
    desired: 2,
    reason: '2: the maximum',
    changes: [{ at: 5, from: 0, to: 2, reason: 'need 3; 2: the maximum' }],
  });
});

test('the same number again is no change, and may have another reason', () => {
  const before = noteScaling(null, { at: 5, from: 0, to: 1, reasons: ['need 1'] });
  const after = noteScaling(before, { at: 6, from: 1, to: 1, reasons: ['need 0', '1: it is kept'] });
  expect(after).toEqual({ desired: 1, reason: '1: it is kept', changes: before.changes });
});

test('ten changes are kept, the last ones, and no reason is longer than a page', () => {
  let told: ObservedScaling | null = null;
  for (let at = 0; at < 25; at += 1) {
    told = noteScaling(told, { at, from: at, to: at + 1, reasons: ['x'.repeat(5_000)] });
  }
  expect(told?.changes.map(({ at }) => at)).toEqual([15, 16, 17, 18, 19, 20, 21, 22, 23, 24]);
  expect(told?.changes[0]?.reason).toHaveLength(1_001);
});
