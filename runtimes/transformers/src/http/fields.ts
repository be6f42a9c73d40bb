import { isDeepStrictEqual } from 'node:util';
import { EngineError } from '../engine/engine-error.ts';

/** Fields of one JSON object. A `null` counts as absent, whatever the name; an error quotes it. */
export type Fields = Readonly<Record<string, unknown>>;

/** Refuses what breaks a rule: names the field, the rule and what was received. */
export function invalid(field: string, rule: string, received: unknown): EngineError {
  return new EngineError('INVALID_BODY', `${field} ${rule}; received ${describe(received)}`, { field });
}

/**
 * The fields of `value`, of which only those in `known` may be set. `meaningNothing` names fields that are let by with
 * the values that mean "leave it".
 */
export function readFields(
  value: unknown,
  name: string,
  known: readonly string[],
  meaningNothing: Readonly<Record<string, readonly unknown[]>> = {},
): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(name, 'must be an object', value);
  }
  const fields: Record<string, unknown> = {};
  for (const [key, content] of Object.entries(value)) {
    if (content !== null && !known.includes(key)) {
      const path = name === 'body' ? key : `${name}.${key}`;
      const neutral = meaningNothing[key];
      if (neutral?.some((each) => isDeepStrictEqual(each, content)) === true) continue;
      if (neutral !== undefined) {
        throw invalid(path, `is not supported; leave it out or send ${JSON.stringify(neutral[0])}`, content);
      }
      const message = `${path} is not supported here; supported are ${known.join(', ')}`;
      throw new EngineError('INVALID_BODY', message, { field: path });
    }
    fields[key] = content;
  }
  return fields;
}

/** Whether a field is there with something in it. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

export function readString(fields: Fields, name: string): string | null {
  const value = fields[name] ?? null;
  if (value === null || typeof value === 'string') return value;
  throw invalid(name, 'must be a string', value);
}

export function readBoolean(fields: Fields, name: string): boolean | null {
  const value = fields[name] ?? null;
  if (value === null || typeof value === 'boolean') return value;
  throw invalid(name, 'must be true or false', value);
}

/** A number from `least` to `most`; with `whole` only whole ones. */
export function readNumber(
  fields: Fields,
  name: string,
  rule: { least: number; most: number; whole?: boolean },
): number | null {
  const value = fields[name] ?? null;
  if (value === null) return null;
  const kind = rule.whole === true ? 'a whole number' : 'a number';
  const fits = typeof value === 'number' && value >= rule.least && value <= rule.most;
  if (fits && (rule.whole !== true || Number.isInteger(value))) return value;
  throw invalid(name, `must be ${kind} from ${rule.least} to ${rule.most}`, value);
}

/** One of `choices`. */
export function readChoice<T extends string>(fields: Fields, name: string, choices: readonly T[]): T | null {
  const value = fields[name] ?? null;
  if (value === null) return null;
  const choice = choices.find((each) => each === value);
  if (choice !== undefined) return choice;
  throw invalid(name, `must be one of ${choices.join(', ')}`, value);
}

/** A string or a list of strings, as a list. */
export function readStrings(fields: Fields, name: string, most: number): string[] {
  const value = fields[name] ?? null;
  if (value === null) throw new EngineError('INVALID_BODY', `${name} must be given`, { field: name });
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (Array.isArray(value) && list.flat().every((item) => typeof item === 'number') && list.length > 0) {
    throw new EngineError('INVALID_BODY', `${name} must be text: token ids are not taken`, { field: name });
  }
  if (list.length === 0 || list.length > most) {
    const rule = most === 1 ? 'must be one string' : `must have 1 to ${most} entries`;
    throw new EngineError('INVALID_BODY', `${name} ${rule}; received ${list.length}`, { field: name });
  }
  return list.map((item, index) => {
    if (typeof item === 'string') return item;
    throw invalid(Array.isArray(value) ? `${name}[${index}]` : name, 'must be a string', item);
  });
}

function describe(value: unknown): string {
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > 80 ? `${text.slice(0, 77).toWellFormed()}...` : text;
}
