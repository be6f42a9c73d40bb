import type { ResourceStatus } from '@beeline/core/resources';
import { type RawBuilder, sql } from 'kysely';
import type { Queries } from '../open-store.ts';
import type { PageSource } from './page-sources.ts';

/** Where an item stands in a list. */
export interface PagePlace {
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly name: string;
  /** Tells apart what has the same name; empty where nothing does. */
  readonly environment: string;
}

export interface PageQuery {
  readonly sort: 'createdAt' | 'name';
  readonly descending: boolean;
  /** Part of a name, a display name or a label, whatever its case; all when empty. */
  readonly text: string;
  /** All when empty. */
  readonly statuses: readonly ResourceStatus[];
  /** Only what comes behind. */
  readonly after: PagePlace | null;
  readonly limit: number;
  /** Of what users wrote, in bytes; the first item may have more. */
  readonly maxBytes: number;
}

/** An item of a page, before it is loaded. */
export interface PageEntry extends PagePlace {
  readonly id: string;
  /** What users wrote of it. */
  readonly bytes: number;
}

export interface Page {
  readonly entries: readonly PageEntry[];
  readonly hasMore: boolean;
  /** Items of the whole list. */
  readonly total: number;
}

function contains(text: RawBuilder<unknown>, part: string): RawBuilder<unknown> {
  return sql`strpos(lower(${text}), lower(${part})) > 0`;
}

function buildFilter({ text, statuses }: PageQuery): RawBuilder<unknown> {
  const inStatus =
    statuses.length === 0 ? sql`true` : sql`status in (${sql.join(statuses.map((each) => sql.val(each)))})`;
  if (text === '') return inStatus;
  return sql`${inStatus} and (${contains(sql.ref('name'), text)} or ${contains(sql.ref('display_name'), text)}
    or exists (select 1 from jsonb_each_text(labels) as label
      where ${contains(sql.ref('label.key'), text)} or ${contains(sql.ref('label.value'), text)}))`;
}

/** Names are ordered by their bytes, whatever the database was set up with. */
const byName = sql`name collate "C", environment collate "C"`;

function buildAfter({ after, sort, descending }: PageQuery): RawBuilder<unknown> {
  if (after === null) return sql`true`;
  const names = sql`${after.name}::text, ${after.environment}::text`;
  const sign = descending ? sql`<` : sql`>`;
  return sort === 'name'
    ? sql`(${byName}) ${sign} (${names})`
    : sql`(created_at, ${byName}) ${sign} (${after.createdAt}::bigint, ${names})`;
}

function buildOrder({ sort, descending }: PageQuery): RawBuilder<unknown> {
  const direction = descending ? sql`desc` : sql`asc`;
  const names = sql`name collate "C" ${direction}, environment collate "C" ${direction}`;
  return sort === 'name' ? names : sql`created_at ${direction}, ${names}`;
}

/** How many of the first entries go together: as many as the bytes allow, at least one. */
export function countWithin(entries: readonly { readonly bytes: number }[], maxBytes: number): number {
  let bytes = 0;
  let count = 0;
  for (const entry of entries) {
    bytes += entry.bytes;
    if (count > 0 && bytes > maxBytes) break;
    count += 1;
  }
  return count;
}

/** What a page consists of. The items are found and counted by the database; none of their documents is loaded. */
export async function loadPage(queries: Queries, source: PageSource, query: PageQuery): Promise<Page> {
  const { rows } = await sql<{ readonly total: number; readonly entries: readonly PageEntry[] }>`
    with listed as (${source}),
      wanted as (select * from listed where ${buildFilter(query)}),
      page as (
        select id, name, environment, created_at, stored_bytes from wanted where ${buildAfter(query)}
        order by ${buildOrder(query)} limit ${query.limit + 1}
      )
    select (select count(*)::int from wanted) as total,
      (select coalesce(json_agg(json_build_object('id', id, 'name', name, 'environment', environment,
        'createdAt', created_at, 'bytes', stored_bytes) order by ${buildOrder(query)}), '[]') from page) as entries`.execute(
    queries,
  );
  const { total, entries } = rows[0] ?? { total: 0, entries: [] };
  const count = Math.min(query.limit, countWithin(entries, query.maxBytes));
  return { entries: entries.slice(0, count), hasMore: entries.length > count, total };
}
