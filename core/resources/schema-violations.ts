import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Settings } from 'typebox/system';
import { cutText, type FieldViolation, suggestName } from '../base/index.ts';
import { brokenSizeRule } from './document-limits.ts';

/** The parts of a schema validation error that we read. */
interface SchemaError {
  readonly keyword: string;
  readonly schemaPath: string;
  readonly instancePath: string;
  readonly params: object;
  readonly message: string;
}

export type ParseResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly violations: readonly FieldViolation[] };

/** Whoever writes `secret: "yes"` means it too. */
const isSecretEntry = (value: unknown) =>
  typeof value === 'object' &&
  value !== null &&
  ![undefined, false].includes((value as { secret?: false }).secret);

/** Whatever is wrong around it: the value beside `secret: true` is never shown. */
function hideSecretValue(_key: string, value: unknown): unknown {
  return isSecretEntry(value) ? { ...(value as object), value: '***' } : value;
}

/** Shortens a received value to something one can read in an error. */
export function describeReceived(value: unknown): string {
  const text = JSON.stringify(value, hideSecretValue) ?? String(value);
  return text.length > 80 ? `${cutText(text, 77)}...` : text;
}

const unescapePart = (part: string) => part.replaceAll('~1', '/').replaceAll('~0', '~');

function valueAt(root: unknown, instancePath: string): unknown {
  let value = root;
  for (const part of instancePath.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[unescapePart(part)];
  }
  return value;
}

/** Names of fields are a user's too: one of them may be as long as the document. */
const longestName = 80;

/** The value at a path, unless it is a secret one. */
function receivedAt(root: unknown, instancePath: string): unknown {
  const owner = valueAt(root, instancePath.replace(/\/value$/, ''));
  return instancePath.endsWith('/value') && isSecretEntry(owner) ? '***' : valueAt(root, instancePath);
}

function fieldName(instancePath: string, child?: string): string {
  const parts = instancePath.split('/').slice(1).map(unescapePart);
  if (child !== undefined) parts.push(child);
  let name = '';
  for (const part of parts) {
    const shown = part.length > longestName ? `${cutText(part, longestName - 3)}...` : part;
    name += /^\d+$/.test(part) ? `[${part}]` : `${name === '' ? '' : '.'}${shown}`;
  }
  return name === '' ? 'the document' : name;
}

function knownNames(owner: unknown): readonly string[] {
  if (typeof owner !== 'object' || owner === null || !('properties' in owner)) return [];
  return Object.keys(owner.properties as object);
}

const ownerSuffix = /\/additionalProperties$/;

/** A field that its owner does not have: the owner names those that it has, or says what names it takes. */
function unknownField(schema: TSchema, { schemaPath, instancePath }: SchemaError, received: unknown) {
  const owner = valueAt(schema, schemaPath.replace(/^#/, '').replace(ownerSuffix, ''));
  const known = knownNames(owner);
  const names = (owner as Record<string, unknown> | undefined)?.['x-names'];
  const near = suggestName(unescapePart(instancePath.split('/').at(-1) ?? ''), known);
  const hint = near === undefined ? `known fields: ${known.join(', ')}` : `did you mean "${near}"?`;
  return {
    field: fieldName(instancePath),
    rule: typeof names === 'string' ? names : 'is not a known field',
    received: describeReceived(received),
    ...(typeof names === 'string' ? {} : { hint }),
  };
}

/** What YAML takes for a number or a truth value, where a text belongs. */
function quotesHint(error: SchemaError, received: unknown): { readonly hint?: string } {
  const isText = (error.params as Record<string, unknown>).type === 'string';
  if (!isText || (typeof received !== 'number' && typeof received !== 'boolean')) return {};
  return { hint: `put it in quotes: "${received}"` };
}

function violationsOf(schema: TSchema, root: unknown, error: SchemaError): readonly FieldViolation[] {
  const params = error.params as Record<string, unknown>;
  const received = receivedAt(root, error.instancePath);
  switch (error.keyword) {
    case 'boolean':
      return ownerSuffix.test(error.schemaPath) ? [unknownField(schema, error, received)] : [];
    case 'additionalProperties':
      return []; // each of them was told before, as boolean
    case 'required':
      return (params.requiredProperties as string[]).map((name) => ({
        field: fieldName(error.instancePath, name),
        rule: 'is required',
      }));
    case 'enum': {
      const allowed = params.allowedValues as unknown[];
      const near = typeof received === 'string' ? suggestName(received, allowed.map(String)) : undefined;
      return [
        {
          field: fieldName(error.instancePath),
          rule: `must be one of ${allowed.join(', ')}`,
          received: describeReceived(received),
          ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
        },
      ];
    }
    case 'pattern': {
      const owner = valueAt(schema, error.schemaPath.replace(/^#/, ''));
      const rule = (owner as Record<string, unknown> | undefined)?.['x-rule'];
      return [
        {
          field: fieldName(error.instancePath),
          rule: typeof rule === 'string' ? rule : error.message,
          received: describeReceived(received),
        },
      ];
    }
    default:
      return [
        {
          field: fieldName(error.instancePath),
          rule: error.message,
          received: describeReceived(received),
          ...quotesHint(error, received),
        },
      ];
  }
}

/** How many broken rules are told of one document; with the first of them mended, the rest is told. */
const mostViolations = 25;
Settings.Set({ maxErrors: mostViolations });

type Parser<S extends TSchema> = (value: unknown) => ParseResult<Static<S>>;

/** A function that checks a value against a schema and names broken rules by field path. */
export function createParser<S extends TSchema>(schema: S): Parser<S> {
  const validator = Compile(schema);
  return (value) => {
    if (validator.Check(value)) return { ok: true, value: value as Static<S> };
    const errors = validator.Errors(value);
    const violations = errors.flatMap((error) => violationsOf(schema, value, error));
    return { ok: false, violations };
  };
}

/** As `createParser`, for what users write: its size is checked first, see `documentLimits`. */
export function createDocumentParser<S extends TSchema>(schema: S): Parser<S> {
  const parse = createParser(schema);
  return (value) => {
    const size = brokenSizeRule(value);
    return size === undefined
      ? parse(value)
      : { ok: false, violations: [{ field: 'the document', rule: size }] };
  };
}
