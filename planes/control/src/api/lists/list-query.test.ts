import { describe, expect, it } from 'vitest';
import { readCursor, writeCursor } from './list-cursor.ts';
import { readListQuery } from './list-query.ts';

const envelope = { 'beeline-version': '2026-04-28' };
const nowMs = 1_700_000_000_000;
const place = { createdAt: 1_690_000_000_123, name: 'alpha', environment: 'production' };

describe('the query of a list', () => {
  it.each([
    [{ limit: '1000' }, envelope, 200],
    [{}, envelope, 50],
    [{}, {}, 1_000],
    [{ limit: '3' }, {}, 3],
  ])('%o with the headers %o asks for pages of %d', (query, headers, limit) => {
    expect(readListQuery(query, headers).limit).toBe(limit);
  });
});

describe('a cursor', () => {
  const query = readListQuery({ sort: 'name:asc' }, envelope);
  const cursor = writeCursor(place, query, 'models', nowMs);
  const read = (changes: object, scope = 'models', laterMs = nowMs) =>
    readCursor({ ...query, cursor, ...changes }, scope, laterMs);

  it('names the place that it was made from', () => {
    expect(read({})).toEqual(place);
    const odd = { ...place, name: 'a /b\n c', environment: '' };
    expect(read({ cursor: writeCursor(odd, query, 'models', nowMs) })).toEqual(odd);
    expect(readCursor(query, 'models', nowMs)).toBeNull();
  });

  it.each([
    ['of another list', {}, 'policies', nowMs, /belongs to another list/],
    ['of another order', { sort: 'name:desc' }, 'models', nowMs, /belongs to another list/],
    ['of yesterday', {}, 'models', nowMs + 24 * 3_600_000 + 1, /has expired/],
    ['that is none', { cursor: 'bnVsbA' }, 'models', nowMs, /must be a nextCursor/],
    ['without a place', { cursor: 'e30' }, 'models', nowMs, /belongs to another list/],
  ])('%s is refused', (_what, changes, scope, laterMs, message) => {
    expect(() => read(changes, scope, laterMs)).toThrow(message);
  });
});
