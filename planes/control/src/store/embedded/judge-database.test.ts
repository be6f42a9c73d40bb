import { expect, it } from 'vitest';
import { judgeDatabase } from './judge-database.ts';

const where = { dataDirectory: '/d', files: '/d/database' };
const traces = ['location/assignments.json', 'secrets.key'];

it.each([
  ['makes one where nothing was', { kind: 'absent', damage: null, traces: [] }, { kind: 'make' }],
  ['opens one that is whole', { kind: 'directory', damage: null, traces }, { kind: 'open' }],
  [
    'refuses to make one beside the files of a platform',
    { kind: 'absent', damage: null, traces },
    {
      kind: 'unusable',
      reason:
        'the data directory /d has no database, though there was a platform (it has location/assignments.json, secrets.key)',
    },
  ],
  [
    'refuses one that is not whole',
    { kind: 'directory', damage: 'PG_VERSION is missing', traces: [] },
    { kind: 'unusable', reason: 'the database in /d/database is not whole (PG_VERSION is missing)' },
  ],
  [
    'refuses a file in its place',
    { kind: 'other', damage: null, traces: [] },
    { kind: 'unusable', reason: '/d/database is no directory' },
  ],
] as const)('%s', (_what, picture, verdict) => {
  expect(judgeDatabase(picture, where)).toEqual(verdict);
});
