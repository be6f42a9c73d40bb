import { createHash } from 'node:crypto';
import type { PagePlace } from '../../store/pages/load-page.ts';
import { refuseQuery } from '../http/read-query.ts';
import type { ListQuery } from './list-query.ts';

const cursorLifeMs = 24 * 3_600_000;

interface Cursor {
  /** Digest of the list that it belongs to. */
  readonly list: string;
  /** Time, name and environment of the last item, as one text. */
  readonly after: string;
  readonly expiresAt: number;
}

/** `scope` tells lists of different workspaces and kinds apart. */
function listDigest(scope: string, { sort, text, statuses }: ListQuery): string {
  const parts = [scope, sort, text, statuses];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 16);
}

/** Names the place behind an item. It stays valid while items come and go. */
export function writeCursor(place: PagePlace, query: ListQuery, scope: string, nowMs: number): string {
  const cursor: Cursor = {
    list: listDigest(scope, query),
    after: `${new Date(place.createdAt).toISOString()} ${place.name}/${place.environment}`,
    expiresAt: nowMs + cursorLifeMs,
  };
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

function parseCursor(text: string): Partial<Cursor> {
  try {
    const cursor = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Partial<Cursor> | null;
    if (cursor !== null) return cursor;
  } catch {
    // told below
  }
  return refuseQuery('cursor', { rule: 'must be a nextCursor of an earlier answer', received: text });
}

/** @throws BeelineError INVALID_INPUT about a cursor that is none, is of another list or has expired. */
export function readCursor(query: ListQuery, scope: string, nowMs: number): PagePlace | null {
  if (query.cursor === null) return null;
  const cursor = parseCursor(query.cursor);
  const place = /^(\S+) (.+)\/([^/]*)$/s.exec(typeof cursor.after === 'string' ? cursor.after : '');
  const createdAt = Date.parse(place?.[1] ?? '');
  if (cursor.list !== listDigest(scope, query) || place === null || Number.isNaN(createdAt)) {
    return refuseQuery('cursor', {
      rule: 'belongs to another list',
      hint: 'send the query that it came from',
    });
  }
  if (typeof cursor.expiresAt !== 'number' || cursor.expiresAt < nowMs) {
    return refuseQuery('cursor', { rule: 'has expired', hint: 'begin again without it' });
  }
  return { createdAt, name: place[2] ?? '', environment: place[3] ?? '' };
}
