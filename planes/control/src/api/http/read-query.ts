import { BeelineError, describeViolations, type FieldViolation } from '@beeline/core/base';

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
