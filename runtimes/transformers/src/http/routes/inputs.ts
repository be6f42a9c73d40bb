import { EngineError } from '../../engine/engine-error.ts';
import { invalid, isGiven, readFields, readString } from '../fields.ts';

/** One text, with a second one when the model compares pairs. */
export interface TextInput {
  readonly text: string;
  readonly pair: string | null;
  /** What the caller called it. */
  readonly field: string;
}

/**
 * The `inputs` of a native request: a string, a list of strings or objects, or one object `{text, text_pair}`.
 * Strings are only ever text; none is opened as a path or an address.
 */
export function readTexts(inputs: unknown, most: number): { items: TextInput[]; single: boolean } {
  if (!isGiven(inputs)) throw missingInputs();
  if (!Array.isArray(inputs)) return { items: [readText(inputs, 'inputs')], single: true };
  if (inputs.length === 0 || inputs.length > most) {
    const message = `inputs must have 1 to ${most} entries; received ${inputs.length}`;
    throw new EngineError('INVALID_BODY', message, { field: 'inputs' });
  }
  return { items: inputs.map((input, index) => readText(input, `inputs[${index}]`)), single: false };
}

export function missingInputs(): EngineError {
  const message = 'inputs must be given: a string, a list or an object';
  return new EngineError('INVALID_BODY', message, { field: 'inputs' });
}

function readText(input: unknown, name: string): TextInput {
  if (typeof input === 'string') return { text: input, pair: null, field: name };
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw invalid(name, 'must be a string or an object with text', input);
  }
  const fields = readFields(input, name, ['text', 'text_pair']);
  const text = readString(fields, 'text');
  if (text === null) throw invalid(`${name}.text`, 'must be a string', fields.text);
  return { text, pair: readString(fields, 'text_pair'), field: name };
}
