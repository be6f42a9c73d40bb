import { expect, it } from 'vitest';
import { type Listed, RunningList } from './running-list.ts';

it('holds what was added and not removed, in whatever order that happens', () => {
  const list = new RunningList<Listed & { readonly name: number }>();
  const members = Array.from({ length: 20 }, (_, name) => ({ name, place: -1 }));
  for (const member of members) list.add(member);
  for (const name of [19, 0, 7, 18, 1]) list.remove(members[name] as (typeof members)[0]);
  list.add(members[7] as (typeof members)[0]);
  expect(list.size).toBe(16);
  const names = list.all().map((member) => member.name);
  expect(names.toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]);
  for (const member of list.all()) list.remove(member);
  expect(list.size).toBe(0);
});
