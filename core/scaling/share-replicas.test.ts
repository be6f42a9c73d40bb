import { expect, test } from 'vitest';
import { shareReplicas } from './share-replicas.ts';

const claim = (id: string, wanted: number, busy = true) => ({ id, wanted, busy });

test.each([
  ['all get what they want while there is room', 9, [claim('a', 2), claim('b', 3)], [2, 3]],
  [
    'a small want is met before a large one gets more',
    6,
    [claim('a', 20), claim('b', 1), claim('c', 20)],
    [3, 1, 2],
  ],
  ['equal wants get equal shares', 4, [claim('a', 9), claim('b', 9)], [2, 2]],
  ['the busy come before those that only keep warm', 1, [claim('a', 1, false), claim('b', 1)], [0, 1]],
  ['who wants nothing gets nothing', 5, [claim('a', 0), claim('b', 2)], [0, 2]],
  ['a location without room grants nothing', 0, [claim('a', 1)], [0]],
])('%s', (_name, limit, claims, granted) => {
  const shares = shareReplicas(limit, claims);
  expect(claims.map(({ id }) => shares.get(id))).toEqual(granted);
});
