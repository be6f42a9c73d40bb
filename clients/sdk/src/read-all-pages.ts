import type { Connection, Query } from './open-connection.ts';

/** Pages are bounded by bytes too, so they may have fewer items. */
const itemsPerPage = 200;
/** The version of the API whose lists tell of their next page. */
const pagedVersion = { 'beeline-version': '2026-04-28' };

interface Page<T> {
  readonly data: readonly T[];
  readonly meta: { readonly nextCursor: string | null };
}

/** Every item of a list, read page by page. */
export async function readAllPages<T>(
  connection: Connection,
  list: { readonly path: string; readonly query?: Query; readonly signal?: AbortSignal | undefined },
): Promise<readonly T[]> {
  const { path, signal } = list;
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const query = { ...list.query, limit: itemsPerPage, cursor };
    const call = { method: 'GET', path, query, headers: pagedVersion, answer: 'page', signal } as const;
    const page = await connection.call<Page<T>>(call);
    items.push(...page.data);
    cursor = page.meta.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}
