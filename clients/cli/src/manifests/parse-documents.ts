import { BeelineError } from '@beeline/core/base';
import { parseUserYaml, valuesOf } from '@beeline/core/contract';
import { type Document, isMap, isScalar, isSeq, parse, type Scalar } from 'yaml';
import { type Lookups, substituteVariables } from './substitute-variables.ts';

/** One document of a manifest file, as plain values. */
export interface ParsedDocument {
  /** Its place in the file, from 1; empty documents count. */
  readonly number: number;
  readonly value: unknown;
  /** Fields whose value holds a secret; what is received there is never shown. */
  readonly secretFields: readonly string[];
  readonly secretValues: readonly string[];
  /** Variables that have no value, each with the field it stands in. */
  readonly unset: readonly { readonly name: string; readonly field: string }[];
}

/** A plain scalar that became a number or a truth value is one; text in quotes, and a secret, stays text. */
function resolvePlain(text: string): unknown {
  // Nothing but letters, digits, points and signs: whatever YAML makes of it is a single value.
  if (!/^(~|[-+]?\.?[\da-z][\w.+-]*)$/i.test(text)) return text;
  return parse(text);
}

/** Calls `visit` with every text that is a value, and its field: `spec.runtime.envs[0].value`. */
function forEachText(node: unknown, field: string, visit: (scalar: Scalar<string>, field: string) => void) {
  if (isScalar(node) && typeof node.value === 'string') visit(node as Scalar<string>, field);
  else if (isMap(node)) {
    for (const { key, value } of node.items) {
      const name = String(isScalar(key) ? key.value : key);
      forEachText(value, field === '' ? name : `${field}.${name}`, visit);
    }
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) forEachText(item, `${field}[${index}]`, visit);
  }
}

function refuseMissing(missing: ParsedDocument['unset']): never {
  throw new BeelineError('INVALID_INPUT', {
    message: missing.map(({ name, field }) => `${field}: there is no secret ${name}`).join('\n'),
    fields: missing.map(({ name, field }) => ({
      field,
      rule: `needs the secret ${name}, which is not set`,
      hint: 'set it in the environment, in .env, or in a file given with --secrets',
    })),
  });
}

/** What is secret is known by its place, and an alias would put the value into another one. */
function refuseAnchor(field: string, anchor: string): never {
  const rule = `has the anchor &${anchor} on a value with $secrets`;
  const fields = [{ field, rule, hint: 'remove it, and write $secrets in each place' }];
  throw new BeelineError('INVALID_INPUT', { message: `${field}: ${rule}`, fields });
}

function substituteDocument(document: Document, number: number, lookups: Lookups): ParsedDocument {
  const secretFields: string[] = [];
  const secretValues: string[] = [];
  const missing: { name: string; field: string }[] = [];
  const unset: { name: string; field: string }[] = [];
  forEachText(document.contents, '', (scalar, field) => {
    if (!scalar.value.includes('$')) return;
    const result = substituteVariables(scalar.value, lookups);
    for (const name of result.unset) unset.push({ name, field });
    for (const name of result.missingSecrets) missing.push({ name, field });
    if (result.secretValues.length > 0) {
      if (scalar.anchor !== undefined) refuseAnchor(field, scalar.anchor);
      secretFields.push(field);
    }
    secretValues.push(...result.secretValues);
    const isText = scalar.type !== 'PLAIN' || result.secretValues.length > 0;
    (scalar as Scalar).value = isText ? result.text : resolvePlain(result.text);
  });
  if (missing.length > 0) refuseMissing(missing);
  return { number, value: valuesOf(document), secretFields, secretValues, unset };
}

const isEmpty = (document: Document) =>
  document.contents === null || (isScalar(document.contents) && document.contents.value === null);

/**
 * Reads the documents of a YAML or JSON text and fills in variables and secrets. Values are put into the parsed
 * text, never into its source: whatever a value holds, it changes nothing around it. Empty documents are left out.
 * @throws BeelineError INVALID_INPUT when the text is not YAML, or a secret is not set.
 */
export function parseDocuments(text: string, lookups: Lookups): readonly ParsedDocument[] {
  const parsed = parseUserYaml(text);
  if (!parsed.ok) throw new BeelineError('INVALID_INPUT', { message: parsed.message });
  return parsed.documents.flatMap((document, index) => {
    if (isEmpty(document)) return [];
    if (isMap(document.contents)) return [substituteDocument(document, index + 1, lookups)];
    throw new BeelineError('INVALID_INPUT', {
      message: 'is not a manifest: a document must be a mapping with apiVersion, kind, metadata and spec',
    });
  });
}
