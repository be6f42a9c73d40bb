import { BeelineError, describeViolations } from '@beeline/core/base';
import {
  type EnvironmentInput,
  type MetadataInput,
  type PolicyInput,
  parseEnvironment,
  parsePolicy,
} from '@beeline/core/resources';
import { requireDocumentSize } from './require-document-size.ts';

function requireName(metadata: MetadataInput, inAddress: string | undefined): void {
  if (inAddress === undefined || metadata.name === inAddress) return;
  const fields = [
    {
      field: 'metadata.name',
      rule: `must be "${inAddress}" as in the address`,
      received: JSON.stringify(metadata.name),
    },
  ];
  throw new BeelineError('INVALID_INPUT', { message: describeViolations(fields), fields });
}

/** @throws BeelineError REQUEST_ENTITY_TOO_LARGE, INVALID_INPUT */
export function admitEnvironment(body: unknown, nameInAddress?: string): EnvironmentInput {
  requireDocumentSize(body);
  const input = parseEnvironment(body);
  requireName(input.metadata, nameInAddress);
  return input;
}

/** @throws BeelineError REQUEST_ENTITY_TOO_LARGE, INVALID_INPUT */
export function admitPolicy(body: unknown, nameInAddress?: string): PolicyInput {
  requireDocumentSize(body);
  const input = parsePolicy(body);
  requireName(input.metadata, nameInAddress);
  return input;
}
