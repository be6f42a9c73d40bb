import type { FastifyReply, FastifyRequest } from 'fastify';
import { loadPage, type Page } from '../../store/pages/load-page.ts';
import type { PageSource } from '../../store/pages/page-sources.ts';
import type { ApiContext } from '../api-context.ts';
import { readCursor, writeCursor } from './list-cursor.ts';
import { type ListQuery, readListQuery } from './list-query.ts';
import { type LoadItems, streamPage } from './stream-page.ts';

/** What users wrote of the items of one page, in bytes; what the platform adds to each is bounded by itself. */
const maxPageBytes = 8 * 1024 * 1024;

export interface ListedKind<T> {
  /** Tells lists of different workspaces and kinds apart. */
  readonly scope: string;
  readonly source: PageSource;
  readonly load: LoadItems<T>;
}

function frameOf(query: ListQuery, page: Page, nextCursor: string | null) {
  if (!query.envelope) return { head: '[', tail: ']' };
  const meta = { hasMore: page.hasMore, nextCursor, total: page.total };
  return { head: '{"data":[', tail: `],"meta":${JSON.stringify(meta)}}` };
}

/** The address of the next page, for clients that get no envelope. */
function nextLink(request: FastifyRequest, cursor: string): string {
  const url = new URL(request.url, 'http://here');
  url.searchParams.set('cursor', cursor);
  return `<${url.pathname}${url.search}>; rel="next"`;
}

/**
 * Answers with one page of a list: a bare array, or an envelope when the version header asks for it. Whoever gets no
 * envelope is told of the next page by a `Link` header.
 * @throws BeelineError INVALID_INPUT, INVALID_API_VERSION
 */
export async function sendPage<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  context: Pick<ApiContext, 'store' | 'clock' | 'turns'>,
  kind: ListedKind<T>,
): Promise<FastifyReply> {
  const { queries } = context.store;
  const { clock, turns } = context;
  const query = readListQuery(request.query, request.headers);
  const nowMs = clock.now();
  const [sort, direction] = query.sort.split(':');
  const page = await loadPage(queries, kind.source, {
    sort: sort === 'name' ? 'name' : 'createdAt',
    descending: direction === 'desc',
    text: query.text,
    statuses: query.statuses,
    after: readCursor(query, kind.scope, nowMs),
    limit: query.limit,
    maxBytes: maxPageBytes,
  });
  const last = page.entries.at(-1);
  const nextCursor = page.hasMore && last !== undefined ? writeCursor(last, query, kind.scope, nowMs) : null;
  if (nextCursor !== null) reply.header('link', nextLink(request, nextCursor));
  const text = await streamPage(page.entries, kind.load, frameOf(query, page, nextCursor), turns);
  return reply.type('application/json; charset=utf-8').send(text);
}
