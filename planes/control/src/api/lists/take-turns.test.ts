import { expect, it } from 'vitest';
import { createTurns } from './take-turns.ts';

it('pieces of work never share a turn of the event loop, and come in their order', async () => {
  const turns = createTurns();
  const seen: string[] = [];
  let ended = false;
  const tick = () => {
    seen.push('turn');
    if (!ended) setImmediate(tick);
  };
  setImmediate(tick);
  const names = ['a', 'b', 'c'];
  await Promise.all(names.map((name) => turns.run(async () => seen.push(name))));
  ended = true;
  expect(seen.filter((each) => each !== 'turn')).toEqual(names);
  for (const [index, each] of seen.entries()) {
    if (each !== 'turn' && index > 0) expect(seen[index - 1]).toBe('turn');
  }
});

it('a piece of work that fails holds up nobody', async () => {
  const turns = createTurns();
  const failed = turns.run(() => Promise.reject(new Error('no')));
  const next = turns.run(async () => 'done');
  await expect(failed).rejects.toThrow('no');
  expect(await next).toBe('done');
});
