import { expect, test } from 'vitest';
import { shareRunning } from './share-running.ts';

test('callers at the same time share one answer, later ones get a new one', async () => {
  let asked = 0;
  const shared = shareRunning(async () => {
    asked += 1;
    return asked;
  });
  expect(await Promise.all([shared(), shared(), shared()])).toEqual([1, 1, 1]);
  expect(await shared()).toBe(2);
});

test('an error is shared too, and not kept', async () => {
  let asked = 0;
  const shared = shareRunning(async () => {
    asked += 1;
    if (asked === 1) throw new Error('down');
    return asked;
  });
  const answers = await Promise.allSettled([shared(), shared()]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await shared()).toBe(2);
});
