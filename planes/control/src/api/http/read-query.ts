import { BeelineError, describeViolations, type FieldViolation, parseDuration } from '@beeline/core/base';

/** A query parameter as text; an address with one that is sent twice was refused before: see check-address.ts. */
export function queryText(query: unknown, name: string): string | undefined {
  if (typeof query !== 'object' || query === null) return undefined;
  const text = (query as Record<string, unknown>)[name];
  return typeof text === 'string' && text !== '' ? text : undefined;
}

/** @throws BeelineError INVALID_INPUT about one query parameter. */
export function refuseQuery(name: string, violation: Omit<FieldViolation, 'field'>): never {
  const fields = [{ field: `?${name}`, ...violation }];
  throw new BeelineError('INVALID_INPUT', { message: describeViolations(fields), fields });
}

/** A whole number of at least `min`; over `max` it is taken as `max`. */
export function queryInteger(
  query: unknown,
  name: string,
  bounds: { readonly min: number; readonly max: number },
): number | undefined {
  const text = queryText(query, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < bounds.min) {
    refuseQuery(name, { rule: `must be a whole number of at least ${bounds.min}`, received: text });
  }
  return Math.min(value, bounds.max);
}

/** A time in RFC 3339, as milliseconds since 1970. */
export function queryTime(query: unknown, name: string): number | undefined {
  const text = queryText(query, name);
  if (text === undefined) return undefined;
  const ms = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) {
    refuseQuery(name, {
      rule: 'must be a time such as 2026-01-31T12:00:00Z',
      received: JSON.stringify(text),
    });
  }
  return ms;
}

/** A length of time such as `90s`, in milliseconds; never 0. */
export function queryDuration(query: unknown, name: string): number | undefined {
  const text = queryText(query, name);
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms === undefined || ms <= 0) {
    refuseQuery(name, { rule: 'must be a duration over 0 such as 15m', received: JSON.stringify(text) });
  }
  return ms;
}

/**
 * A stretch of time: from `?start`, or `?period` before the end, to `?end`. What is counted back is counted by this
 * clock, so that the caller's own may be wrong.
 */
export function queryWindow(
  query: unknown,
  nowMs: number,
): { readonly startMs?: number; readonly endMs?: number } {
  const startMs = queryTime(query, 'start');
  const endMs = queryTime(query, 'end');
  const periodMs = queryDuration(query, 'period');
  if (startMs !== undefined && periodMs !== undefined) {
    refuseQuery('period', { rule: 'must not be sent together with start', hint: 'leave one of them' });
  }
  const from = periodMs === undefined ? startMs : Math.max(0, (endMs ?? nowMs) - periodMs);
  return {
    ...(from === undefined ? {} : { startMs: from }),
    ...(endMs === undefined ? {} : { endMs }),
  };
}
