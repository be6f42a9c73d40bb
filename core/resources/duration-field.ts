import { Type } from 'typebox';
import { type FieldViolation, parseDuration } from '../base/index.ts';

/** A duration as people write it. */
export const durationField = (description: string) =>
  Type.String({
    description,
    'x-rule': 'must be a duration such as 500ms, 30s or 5m',
    pattern: '^(0|(\\d+(\\.\\d+)?(ms|s|m|h|d|w))+)$',
  });

/** Bounds of a duration field, checked after its form. */
export function durationBounds(
  field: string,
  text: string | undefined,
  bounds: { readonly minMs: number; readonly maxMs: number; readonly asText: string },
): readonly FieldViolation[] {
  if (text === undefined) return [];
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= bounds.minMs && ms <= bounds.maxMs) return [];
  return [{ field, rule: `must be ${bounds.asText}`, received: JSON.stringify(text) }];
}
