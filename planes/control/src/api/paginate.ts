import { createHash } from 'node:crypto';
import { BeelineError } from '@beeline/core/base';
import { type ResourceStatus, resourceStatuses } from '@beeline/core/resources';
import { queryInteger, queryText, refuseQuery } from './http/read-query.ts';

const sorts = ['createdAt:desc', 'createdAt:asc', 'name:asc', 'name:desc'] as const;
const bareVersion = '2026-04-16';
const envelopeVersion = '2026-04-28';
const defaultLimit = 50;
const maxLimit = 200;
const cursorLifeMs = 24 * 3_600_000;

/** What a list can be filtered and sorted by. */
interface Listed {
  readonly metadata: {
    readonly name: string;
    readonly displayName: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly createdAt: string;
    readonly environment?: string;
  };
  readonly status: ResourceStatus;
}

export interface ListQuery {
  readonly limit: number | null;
  readonly sort: (typeof sorts)[number];
  readonly text: string;
  readonly statuses: readonly ResourceStatus[];
  readonly cursor: string | null;
  readonly envelope: boolean;
}

export interface ListEnvelope<T> {
  readonly data: readonly T[];
  readonly meta: { readonly hasMore: boolean; readonly nextCursor: string | null; readonly total: number };
}

interface Cursor {
  /** Digest of the list that it belongs to. */
  readonly list: string;
  readonly after: string;
  readonly expiresAt: number;
}

function readVersion(headers: Readonly<Record<string, string | string[] | undefined>>): boolean {
  const sent = headers['beeline-version'] ?? headers['blaxel-version'];
  if (sent === undefined || sent === bareVersion) return false;
  if (sent === envelopeVersion) return true;
  throw new BeelineError('INVALID_API_VERSION', {
    message: `the API has no version ${JSON.stringify(sent)}: send ${bareVersion} or ${envelopeVersion}, or no version header`,
  });
}

function readStatuses(query: unknown): readonly ResourceStatus[] {
  const names = (queryText(query, 'status') ?? '')
    .split(',')
    .map((name) => name.trim().toUpperCase())
    .filter((name) => name !== '');
  return names.map((name) => {
    const status = resourceStatuses.find((each) => each === name);
    return (
      status ?? refuseQuery('status', { rule: `must be of ${resourceStatuses.join(', ')}`, received: name })
    );
  });
}

/** @throws BeelineError INVALID_INPUT or INVALID_API_VERSION */
export function readListQuery(
  query: unknown,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): ListQuery {
  const sortText = queryText(query, 'sort') ?? 'createdAt:desc';
  const sort = sorts.find((each) => each === sortText);
  if (sort === undefined) {
    refuseQuery('sort', { rule: `must be one of ${sorts.join(', ')}`, received: JSON.stringify(sortText) });
  }
  const text = (queryText(query, 'q') ?? '').toLowerCase();
  if (text.length > 200) {
    refuseQuery('q', { rule: 'must have at most 200 characters', received: `${text.length} characters` });
  }
  return {
    limit: queryInteger(query, 'limit', { min: 1, max: maxLimit }) ?? null,
    sort,
    text: text.length < 2 ? '' : text,
    statuses: readStatuses(query),
    cursor: queryText(query, 'cursor') ?? null,
    envelope: readVersion(headers),
  };
}

function isWanted(item: Listed, query: ListQuery): boolean {
  if (query.statuses.length > 0 && !query.statuses.includes(item.status)) return false;
  if (query.text === '') return true;
  const { name, displayName, labels } = item.metadata;
  const texts = [name, displayName, ...Object.entries(labels).flat()];
  return texts.some((each) => each.toLowerCase().includes(query.text));
}

const identity = ({ metadata }: Listed) => `${metadata.name}/${metadata.environment ?? ''}`;

/** Orders as the query says; equal ones by name, so that the order is total. */
function sortKey(item: Listed, sort: ListQuery['sort']): string {
  return sort.startsWith('name') ? identity(item) : `${item.metadata.createdAt} ${identity(item)}`;
}

function listDigest(scope: string, query: ListQuery): string {
  const parts = [scope, query.sort, query.text, query.statuses];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16);
}

function readCursor(text: string, list: string, nowMs: number): string {
  let cursor: Partial<Cursor>;
  try {
    cursor = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Partial<Cursor>;
  } catch {
    return refuseQuery('cursor', { rule: 'must be a nextCursor of an earlier answer', received: text });
  }
  if (cursor?.list !== list || typeof cursor.after !== 'string') {
    return refuseQuery('cursor', {
      rule: 'belongs to another list',
      hint: 'send the query that it came from',
    });
  }
  if (typeof cursor.expiresAt !== 'number' || cursor.expiresAt < nowMs) {
    return refuseQuery('cursor', { rule: 'has expired', hint: 'begin again without it' });
  }
  return cursor.after;
}

/**
 * One page of a list: a bare array, or an envelope when the version header asks for it. A cursor stays valid while
 * items come and go. `scope` tells lists of different workspaces and kinds apart.
 */
export function paginate<T extends Listed>(
  items: readonly T[],
  query: ListQuery,
  scope: string,
  nowMs: number,
): readonly T[] | ListEnvelope<T> {
  const direction = query.sort.endsWith('desc') ? -1 : 1;
  const wanted = items
    .filter((item) => isWanted(item, query))
    .map((item) => ({ item, key: sortKey(item, query.sort) }))
    .sort((a, b) => (a.key < b.key ? -direction : direction));
  const list = listDigest(scope, query);
  const after = query.cursor === null ? null : readCursor(query.cursor, list, nowMs);
  const rest = wanted.filter(({ key }) => after === null || (direction === 1 ? key > after : key < after));
  const limit = query.limit ?? (query.envelope ? defaultLimit : rest.length);
  const page = rest.slice(0, limit);
  const data = page.map(({ item }) => item);
  if (!query.envelope) return data;
  const last = page.at(-1);
  const hasMore = rest.length > page.length;
  const cursor: Cursor = { list, after: last?.key ?? '', expiresAt: nowMs + cursorLifeMs };
  const nextCursor = hasMore ? Buffer.from(JSON.stringify(cursor)).toString('base64url') : null;
  return { data, meta: { hasMore, nextCursor, total: wanted.length } };
}
