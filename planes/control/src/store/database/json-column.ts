import { storableJson } from '@beeline/core/base';
import { type RawBuilder, sql } from 'kysely';

/**
 * A value for a jsonb column; goes as text so that both drivers send the same. PostgreSQL keeps neither zero
 * characters nor halves of a pair, which the output of a model server may well have: they become U+FFFD.
 */
export function jsonColumn<T>(value: T): RawBuilder<T> {
  return sql<T>`cast(cast(${storableJson(value)} as text) as jsonb)`;
}

/** Whether a list of texts in a jsonb column has one of them. */
export function holds(list: RawBuilder<unknown>, text: string): RawBuilder<boolean> {
  return sql<boolean>`${list} @> to_jsonb(cast(${text} as text))`;
}
