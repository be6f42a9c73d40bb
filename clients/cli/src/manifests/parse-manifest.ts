import { BeelineError, type FieldViolation, suggestName } from '@beeline/core/base';
import {
  acceptedApiVersions,
  apiVersion,
  defaultEnvironment,
  describeReceived,
  type EnvironmentInput,
  findKind,
  kinds,
  type ModelInput,
  type PolicyInput,
  parseEnvironment,
  parseModel,
  parsePolicy,
} from '@beeline/core/resources';
import { hintAtOrigin, resolveModelOrigin } from './resolve-origin.ts';

/** A checked document: what is sent, and what it is called. */
export type Manifest =
  | { readonly kind: 'Model'; readonly environment: string; readonly input: ModelInput }
  | { readonly kind: 'Environment'; readonly environment: null; readonly input: EnvironmentInput }
  | { readonly kind: 'Policy'; readonly environment: null; readonly input: PolicyInput };

export interface ManifestContext {
  /** Directory that relative origins are meant against. */
  readonly directory: string;
  /** For models that name no environment; the flag is checked against those that do. */
  readonly environment: { readonly value: string | null; readonly fromFlag: boolean };
}

const refuse = (fields: readonly FieldViolation[]): never => {
  throw new BeelineError('INVALID_INPUT', { message: fields[0]?.rule ?? '', fields });
};

function checkHeader(document: Readonly<Record<string, unknown>>): 'Model' | 'Environment' | 'Policy' {
  const violations: FieldViolation[] = [];
  if (document.apiVersion === undefined) {
    violations.push({ field: 'apiVersion', rule: 'is required', hint: `write apiVersion: ${apiVersion}` });
  } else if (!acceptedApiVersions.some((accepted) => accepted === document.apiVersion)) {
    violations.push({
      field: 'apiVersion',
      rule: `must be ${apiVersion}`,
      received: describeReceived(document.apiVersion),
    });
  }
  const writable = kinds.filter((entry) => entry.writable).map((entry) => entry.kind);
  const kind = typeof document.kind === 'string' ? document.kind : '';
  if (!writable.includes(kind)) {
    const near = findKind(kind)?.kind ?? suggestName(kind, writable);
    violations.push({
      field: 'kind',
      rule: `must be one of ${writable.join(', ')}`,
      ...(document.kind === undefined ? {} : { received: describeReceived(document.kind) }),
      ...(near === undefined || !writable.includes(near) ? {} : { hint: `did you mean "${near}"?` }),
    });
  }
  if (violations.length > 0) refuse(violations);
  return kind as 'Model' | 'Environment' | 'Policy';
}

function modelEnvironment(written: string | undefined, { environment }: ManifestContext): string {
  if (written === undefined) return environment.value ?? defaultEnvironment;
  if (environment.fromFlag && environment.value !== written) {
    refuse([
      {
        field: 'metadata.environment',
        rule: `differs from --env ${environment.value}`,
        received: JSON.stringify(written),
        hint: 'remove one of the two',
      },
    ]);
  }
  return written;
}

/**
 * Checks one document by the rules of its kind. What the platform itself wrote into it (status, events) is left out.
 * @throws BeelineError INVALID_INPUT naming each field, its rule and what was received.
 */
export function parseManifest(document: unknown, context: ManifestContext): Manifest {
  const kind = checkHeader(document as Record<string, unknown>);
  switch (kind) {
    case 'Model': {
      const resolved = resolveModelOrigin(document, context.directory);
      const { metadata, spec } = hintAtOrigin(document, () => parseModel(resolved));
      const environment = modelEnvironment(metadata.environment, context);
      return { kind, environment, input: { metadata: { ...metadata, environment }, spec } };
    }
    case 'Environment': {
      const { metadata, spec } = parseEnvironment(document);
      return { kind, environment: null, input: { metadata, ...(spec === undefined ? {} : { spec }) } };
    }
    case 'Policy': {
      const { metadata, spec } = parsePolicy(document);
      return { kind, environment: null, input: { metadata, spec } };
    }
  }
}
