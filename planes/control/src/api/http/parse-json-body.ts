import { BeelineError, cutText, decodeUtf8, describeUtf8Problem } from '@beeline/core/base';
import { brokenSizeRule } from '@beeline/core/resources';
import { findRepeatedKey } from './find-repeated-key.ts';

const unstorable = (value: string) => value.includes('\0') || !value.isWellFormed();

const shown = (key: string) => JSON.stringify(key.length > 80 ? `${cutText(key, 77)}...` : key);

function refuse(message: string, cause?: unknown): never {
  throw new BeelineError('INVALID_INPUT', { message, ...(cause === undefined ? {} : { cause }) });
}

function checkText(key: string, value: unknown): unknown {
  if (key === '__proto__') refuse('the body must not have a field named __proto__');
  if (unstorable(key) || (typeof value === 'string' && unstorable(value))) {
    refuse(`the field ${shown(key)} has a zero character or half of a surrogate pair: remove it`);
  }
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    return refuse(`the body is not valid JSON: ${cause instanceof Error ? cause.message : cause}`, cause);
  }
}

/**
 * Reads a JSON body: UTF-8, within the limits of documents, with no key twice in an object.
 * @throws BeelineError INVALID_INPUT saying what is wrong, and where.
 */
export function parseJsonBody(bytes: Uint8Array): unknown {
  const decoded = decodeUtf8(bytes);
  if (!decoded.ok) refuse(`the body ${describeUtf8Problem(decoded.problem)}: send it in UTF-8`);
  const { text } = decoded;
  if (text.trim() === '') refuse('the body is empty: send a JSON document');
  // Only a value whose depth is known may be walked through.
  const size = brokenSizeRule(parse(text));
  if (size !== undefined) refuse(`the body ${size}`);
  const value: unknown = JSON.parse(text, checkText);
  const repeated = findRepeatedKey(text);
  if (repeated !== undefined) {
    refuse(`the body has the key ${shown(repeated)} twice in one object: leave one of them`);
  }
  return value;
}
