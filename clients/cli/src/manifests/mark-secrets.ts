import { BeelineError, type FieldViolation } from '@beeline/core/base';
import type { ParsedDocument } from './parse-documents.ts';

const secretPlace = /^spec\.runtime\.envs\[(\d+)\]\.value$/;

interface LooseEnv {
  value?: unknown;
  secret?: unknown;
}

function envsOf(document: unknown): readonly LooseEnv[] {
  const { spec } = document as { readonly spec?: { readonly runtime?: { readonly envs?: unknown } } };
  const envs = spec?.runtime?.envs;
  return Array.isArray(envs) ? envs.filter((env) => typeof env === 'object' && env !== null) : [];
}

function violationOf(field: string, env: LooseEnv | undefined): FieldViolation | null {
  if (env === undefined) {
    return {
      field,
      rule: 'must not hold a secret, because it is shown',
      hint: 'use $secrets in spec.runtime.envs[].value only',
    };
  }
  if (env.secret === undefined || env.secret === true) return null;
  return {
    field: field.replace(/value$/, 'secret'),
    rule: 'must be true, because the value comes from $secrets',
    received: JSON.stringify(env.secret),
  };
}

/**
 * A document in which each variable with a secret in its value says so (`secret: true`), for the platform to keep it
 * sealed. What is marked by hand counts as secret as well.
 * @throws BeelineError INVALID_INPUT for a secret in any other field.
 */
export function markSecrets(document: ParsedDocument): ParsedDocument {
  const value = structuredClone(document.value);
  const envs = envsOf(value);
  const violations = document.secretFields.flatMap((field) => {
    const index = secretPlace.exec(field)?.[1];
    const env = index === undefined ? undefined : envs[Number(index)];
    const violation = violationOf(field, env);
    if (env !== undefined && violation === null) env.secret = true;
    return violation ?? [];
  });
  if (violations.length > 0) {
    throw new BeelineError('INVALID_INPUT', { message: violations[0]?.rule ?? '', fields: violations });
  }
  const marked = envs.flatMap((env, index) =>
    env.secret === true ? [{ field: `spec.runtime.envs[${index}].value`, value: String(env.value) }] : [],
  );
  return {
    ...document,
    value,
    secretFields: [...new Set([...document.secretFields, ...marked.map(({ field }) => field)])],
    secretValues: [
      ...document.secretValues,
      ...marked.map((one) => one.value).filter((one) => one !== '***'),
    ],
  };
}
