import { storableText } from '@beeline/core/base';
import { type RawBuilder, sql } from 'kysely';

function storable(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [storableText(key), storable(part)]));
}

/**
 * A value for a jsonb column; goes as text so that both drivers send the same. PostgreSQL keeps neither zero
 * characters nor halves of a pair, which the output of a model server may well have: they become U+FFFD.
 */
export function jsonColumn<T>(value: T): RawBuilder<T> {
  const text = JSON.stringify(value);
  const kept = /\\u(0000|d[89a-f])/.test(text) ? JSON.stringify(storable(value)) : text;
  return sql<T>`cast(cast(${kept} as text) as jsonb)`;
}
