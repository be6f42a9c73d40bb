import { storableText } from './storable-text.ts';

function storableValue(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storableValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [storableText(key), storableValue(part)]),
  );
}

/** The JSON text of a value, all of whose strings are storable: see `storableText`. */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value);
  return /\\u(0000|d[89a-f])/.test(text) ? JSON.stringify(storableValue(JSON.parse(text))) : text;
}
