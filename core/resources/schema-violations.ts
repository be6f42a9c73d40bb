import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { cutText, type FieldViolation, suggestName } from '../base/index.ts';

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

/** Shortens a received value to something one can read in an error. */
export function describeReceived(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${cutText(text, 77)}...` : text;
}

function valueAt(root: unknown, instancePath: string): unknown {
  let value = root;
  for (const part of instancePath.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[part.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return value;
}

function fieldName(instancePath: string, child?: string): string {
  const parts = instancePath.split('/').slice(1);
  if (child !== undefined) parts.push(child);
  let name = '';
  for (const part of parts) name += /^\d+$/.test(part) ? `[${part}]` : `${name === '' ? '' : '.'}${part}`;
  return name === '' ? 'the document' : name;
}

function knownNames(schema: unknown, schemaPath: string): readonly string[] {
  const owner = valueAt(schema, schemaPath.replace(/^#/, ''));
  if (typeof owner !== 'object' || owner === null || !('properties' in owner)) return [];
  return Object.keys(owner.properties as object);
}

function violationsOf(schema: TSchema, root: unknown, error: SchemaError): readonly FieldViolation[] {
  const params = error.params as Record<string, unknown>;
  const received = valueAt(root, error.instancePath);
  switch (error.keyword) {
    case 'boolean':
      return []; // told once more, with the owner's names, as additionalProperties
    case 'required':
      return (params.requiredProperties as string[]).map((name) => ({
        field: fieldName(error.instancePath, name),
        rule: 'is required',
      }));
    case 'additionalProperties':
      return (params.additionalProperties as string[]).map((name) => {
        const known = knownNames(schema, error.schemaPath);
        const near = suggestName(name, known);
        return {
          field: fieldName(error.instancePath, name),
          rule: 'is not a known field',
          received: describeReceived(valueAt(root, `${error.instancePath}/${name}`)),
          hint: near === undefined ? `known fields: ${known.join(', ')}` : `did you mean "${near}"?`,
        };
      });
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
        { field: fieldName(error.instancePath), rule: error.message, received: describeReceived(received) },
      ];
  }
}

/** A function that checks a value against a schema and names every broken rule by field path. */
export function createParser<S extends TSchema>(schema: S): (value: unknown) => ParseResult<Static<S>> {
  const validator = Compile(schema);
  return (value) => {
    if (validator.Check(value)) return { ok: true, value: value as Static<S> };
    const violations = validator.Errors(value).flatMap((error) => violationsOf(schema, value, error));
    return { ok: false, violations };
  };
}
