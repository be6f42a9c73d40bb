import type { ResourceStatus } from '@beeline/core/resources';
import { describe, expect, it } from 'vitest';
import { type ListEnvelope, paginate, readListQuery } from './paginate.ts';

const item = (name: string, second: number, status: ResourceStatus = 'DEPLOYED', labels = {}) => ({
  metadata: {
    name,
    displayName: name.toUpperCase(),
    labels,
    createdAt: new Date(second * 1_000).toISOString(),
  },
  status,
});

const items = [
  item('beta', 2),
  item('alpha', 3, 'FAILED'),
  item('gamma', 1, 'DEPLOYED', { team: 'Vision' }),
  item('delta', 3),
];
const envelope = { 'beeline-version': '2026-04-28' };
const nowMs = 1_700_000_000_000;

const names = (page: readonly (typeof items)[number][] | ListEnvelope<(typeof items)[number]>) =>
  ('data' in page ? page.data : page).map((each) => each.metadata.name);
const list = (query: Record<string, string>) =>
  names(paginate(items, readListQuery(query, {}), 'models', nowMs));

describe('paginate', () => {
  it.each([
    ['the newest first', {}, ['delta', 'alpha', 'beta', 'gamma']],
    ['the oldest first', { sort: 'createdAt:asc' }, ['gamma', 'beta', 'alpha', 'delta']],
    ['by name', { sort: 'name:asc' }, ['alpha', 'beta', 'delta', 'gamma']],
    ['by name backwards', { sort: 'name:desc' }, ['gamma', 'delta', 'beta', 'alpha']],
    ['a part of a name', { q: 'LT' }, ['delta']],
    ['a part of a label', { q: 'visi' }, ['gamma']],
    ['one letter, which is ignored', { q: 'x' }, ['delta', 'alpha', 'beta', 'gamma']],
    ['by status', { status: 'failed, deactivated' }, ['alpha']],
    ['so many', { limit: '1' }, ['delta']],
  ])('lists %s', (_name, query, expected) => {
    expect(list(query)).toEqual(expected);
  });

  it('takes no more than 200', () => {
    expect(readListQuery({ limit: '1000' }, {}).limit).toBe(200);
  });

  it('walks through all pages although items come and go', () => {
    const query = { limit: '2', sort: 'name:asc' };
    const first = paginate(items, readListQuery(query, envelope), 'models', nowMs);
    if (!('meta' in first)) throw new Error('expected an envelope');
    const cursor = first.meta.nextCursor ?? '';
    const later = [...items.slice(1), item('aardvark', 4), item('epsilon', 4)];
    const second = paginate(later, readListQuery({ ...query, cursor }, envelope), 'models', nowMs);
    expect([names(first), names(second)]).toEqual([
      ['alpha', 'beta'],
      ['delta', 'epsilon'],
    ]);
  });

  it.each([
    ['of another list', 'policies', {}, nowMs, /belongs to another list/],
    ['of another order', 'models', { sort: 'name:desc' }, nowMs, /belongs to another list/],
    ['of yesterday', 'models', {}, nowMs + 24 * 3_600_000 + 1, /has expired/],
  ])('refuses a cursor %s', (_name, scope, query, laterMs, message) => {
    const first = paginate(items, readListQuery({ limit: '1' }, envelope), 'models', nowMs);
    const cursor = ('meta' in first && first.meta.nextCursor) || '';
    const again = readListQuery({ ...query, cursor }, envelope);
    expect(() => paginate(items, again, scope, laterMs)).toThrow(message);
  });
});
