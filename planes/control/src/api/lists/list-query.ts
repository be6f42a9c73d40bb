import { BeelineError } from '@beeline/core/base';
import { type ResourceStatus, resourceStatuses } from '@beeline/core/resources';
import { queryInteger, queryText, refuseQuery } from '../http/read-query.ts';

const sorts = ['createdAt:desc', 'createdAt:asc', 'name:asc', 'name:desc'] as const;
const bareVersion = '2026-04-16';
const envelopeVersion = '2026-04-28';
const maxLimit = 200;
const defaultLimit = 50;
/** Clients of the version without envelopes don't look for a next page. */
const defaultBareLimit = 1_000;

/** What a caller wants of a list. */
export interface ListQuery {
  readonly limit: number;
  readonly sort: (typeof sorts)[number];
  readonly text: string;
  readonly statuses: readonly ResourceStatus[];
  readonly cursor: string | null;
  readonly envelope: boolean;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

function readVersion(headers: Headers): boolean {
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
export function readListQuery(query: unknown, headers: Headers): ListQuery {
  const sortText = queryText(query, 'sort') ?? 'createdAt:desc';
  const sort = sorts.find((each) => each === sortText);
  if (sort === undefined) {
    refuseQuery('sort', { rule: `must be one of ${sorts.join(', ')}`, received: JSON.stringify(sortText) });
  }
  const text = (queryText(query, 'q') ?? '').toLowerCase();
  if (text.length > 200) {
    refuseQuery('q', { rule: 'must have at most 200 characters', received: `${text.length} characters` });
  }
  const envelope = readVersion(headers);
  return {
    limit:
      queryInteger(query, 'limit', { min: 1, max: maxLimit }) ?? (envelope ? defaultLimit : defaultBareLimit),
    sort,
    text: text.length < 2 ? '' : text,
    statuses: readStatuses(query),
    cursor: queryText(query, 'cursor') ?? null,
    envelope,
  };
}
