import { BeelineError } from '@beeline/core/base';

const unstorable = (value: string) => value.includes('\0') || !value.isWellFormed();

function checkText(key: string, value: unknown): unknown {
  if (key === '__proto__') {
    throw new BeelineError('INVALID_INPUT', { message: 'the body must not have a field named __proto__' });
  }
  if (unstorable(key) || (typeof value === 'string' && unstorable(value))) {
    throw new BeelineError('INVALID_INPUT', {
      message: `the field ${JSON.stringify(key)} has a zero character or half of a surrogate pair: remove it`,
    });
  }
  return value;
}

/**
 * Reads a JSON body.
 * @throws BeelineError INVALID_INPUT saying where it is malformed.
 */
export function parseJsonBody(text: string): unknown {
  if (text.trim() === '') {
    throw new BeelineError('INVALID_INPUT', { message: 'the body is empty: send a JSON document' });
  }
  try {
    return JSON.parse(text, checkText);
  } catch (cause) {
    if (cause instanceof BeelineError) throw cause;
    const where = cause instanceof Error ? cause.message : String(cause);
    throw new BeelineError('INVALID_INPUT', { message: `the body is not valid JSON: ${where}`, cause });
  }
}
