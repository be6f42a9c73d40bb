import { BeelineError } from '@beeline/core/base';
import { type Document, isMap, isPair, isScalar, isSeq, parse, parseAllDocuments, visit } from 'yaml';
import { type Lookups, substituteVariables } from './substitute-variables.ts';

/** One document of a manifest file, as plain values. */
export interface ParsedDocument {
  readonly value: unknown;
  /** Fields whose value holds a secret; what is received there is never shown. */
  readonly secretFields: readonly string[];
  readonly secretValues: readonly string[];
  /** Variables that have no value, each with the field it stands in. */
  readonly unset: readonly { readonly name: string; readonly field: string }[];
}

/** Path of a value inside a document: `spec.runtime.envs[0].value`. */
function fieldOf(ancestors: readonly unknown[], key: unknown): string {
  let path = '';
  const chain = [...ancestors];
  chain.forEach((node, index) => {
    if (isPair(node)) path += `${path === '' ? '' : '.'}${String(node.key)}`;
    if (!isSeq(node)) return;
    const next = chain[index + 1];
    path += `[${next === undefined ? String(key) : node.items.indexOf(next)}]`;
  });
  return path;
}

/** A plain scalar that became a number or a truth value is one; text in quotes, and a secret, stays text. */
function resolvePlain(text: string): unknown {
  if (!/^([-+.\d]\S*|true|false|null|~)$/i.test(text)) return text;
  const value: unknown = parse(text);
  return typeof value === 'object' && value !== null ? text : value;
}

function substituteDocument(document: Document, lookups: Lookups): ParsedDocument {
  const secretFields: string[] = [];
  const secretValues: string[] = [];
  const missing: { name: string; field: string }[] = [];
  const unset: { name: string; field: string }[] = [];
  visit(document, {
    Scalar(key, node, ancestors) {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('$')) return;
      const field = fieldOf(ancestors, key);
      const result = substituteVariables(node.value, lookups);
      for (const name of result.unset) unset.push({ name, field });
      for (const name of result.missingSecrets) missing.push({ name, field });
      if (result.secretValues.length > 0) secretFields.push(field);
      secretValues.push(...result.secretValues);
      const isText = node.type !== 'PLAIN' || result.secretValues.length > 0;
      node.value = isText ? result.text : resolvePlain(result.text);
    },
  });
  if (missing.length > 0) {
    throw new BeelineError('INVALID_INPUT', {
      message: missing.map(({ name, field }) => `${field}: there is no secret ${name}`).join('\n'),
      fields: missing.map(({ name, field }) => ({
        field,
        rule: `needs the secret ${name}, which is not set`,
        hint: 'set it in the environment, in .env, or in a file given with --secrets',
      })),
    });
  }
  return { value: document.toJS(), secretFields, secretValues, unset };
}

const isEmpty = (document: Document) =>
  document.contents === null || (isScalar(document.contents) && document.contents.value === null);

/**
 * Reads the documents of a YAML or JSON text and fills in variables and secrets. Values are put into the parsed
 * text, never into its source: whatever a value holds, it changes nothing around it. Empty documents are left out.
 * @throws BeelineError INVALID_INPUT when the text is not YAML, or a secret is not set.
 */
export function parseDocuments(text: string, lookups: Lookups): readonly ParsedDocument[] {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return [];
  for (const { errors } of documents) {
    const [error] = errors;
    if (error === undefined) continue;
    const at = error.linePos?.[0];
    const reason = (error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
    throw new BeelineError('INVALID_INPUT', {
      message: `is not valid YAML at line ${at?.line ?? '?'}, column ${at?.col ?? '?'}: ${reason}`,
      cause: error,
    });
  }
  return documents
    .filter((document) => !isEmpty(document))
    .map((document) => {
      if (isMap(document.contents)) return substituteDocument(document, lookups);
      throw new BeelineError('INVALID_INPUT', {
        message: 'is not a manifest: a document must be a mapping with apiVersion, kind, metadata and spec',
      });
    });
}
