import { expect, test } from 'vitest';
import { createDecisionRing, type ScaleDecision } from './decision-ring.ts';

const decision = (at: number) => ({ at }) as ScaleDecision;

test('the last decisions are kept, the oldest first', () => {
  const ring = createDecisionRing(3);
  for (let at = 1; at <= 5; at += 1) ring.add(decision(at));
  expect(ring.list().map(({ at }) => at)).toEqual([3, 4, 5]);
});

test('what was listed does not change with what comes later', () => {
  const ring = createDecisionRing();
  ring.add(decision(1));
  const listed = ring.list();
  ring.add(decision(2));
  expect(listed).toHaveLength(1);
});

test('256 are kept unless said otherwise', () => {
  const ring = createDecisionRing();
  for (let at = 0; at < 300; at += 1) ring.add(decision(at));
  expect(ring.list()).toHaveLength(256);
});
