import { expect, test } from 'vitest';
import { describeChange, type Judged, renderReport, scoreFolders } from './report-survivors.ts';

const judge = (path: string, killedBy: string | null, reached = true): Judged => ({
  mutant: { path, line: 7, start: 4, end: 9, replacement: 'a <= b', inFunction: 0 },
  ...{ change: 'a < b  →  a <= b', killedBy, reached },
});
const judged = [
  judge('room/a.ts', 'a sentence'),
  judge('room/a.ts', 'a sentence'),
  judge('room/b.ts', null),
  judge('roommate/c.ts', null, false),
];

test('a folder’s score counts what is in it, and nothing of its neighbours', () => {
  expect(scoreFolders(['room', 'roommate'], judged)).toEqual([
    { folder: 'room', mutants: 3, killed: 2, percent: 66.7 },
    { folder: 'roommate', mutants: 1, killed: 0, percent: 0 },
  ]);
});

test('the report names each survivor’s place and change, and says when no test gets there', () => {
  expect(renderReport(judged, scoreFolders(['room'], judged)).split('\n')).toEqual([
    'room/b.ts:7  a < b  →  a <= b',
    'roommate/c.ts:7  a < b  →  a <= b  (no test gets there)',
    '',
    'room: 66.7 % (2 of 3 killed)',
  ]);
});

test('a change is one line, and a removed statement is said to be removed', () => {
  const text = 'run(\n  first,\n  second,\n);';
  const mutant = { path: 'a.ts', line: 1, start: 0, end: text.length, replacement: ';', inFunction: null };
  expect(describeChange(text, mutant)).toBe('run( first, second, );  →  removed');
});
