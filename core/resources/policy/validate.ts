import { BeelineError, describeViolations, type FieldViolation } from '../../base/index.ts';
import { repeatedEntries } from '../repeated-entries.ts';
import { createDocumentParser } from '../schema-violations.ts';
import { type PolicyInput, type PolicySpec, policySchema } from './schema.ts';

const parseSchema = createDocumentParser(policySchema);

const fieldOfType = { location: 'locations', flavor: 'flavors', maxToken: 'maxTokens' } as const;

function crossFieldViolations(spec: PolicySpec): readonly FieldViolation[] {
  const violations: FieldViolation[] = [
    ...repeatedEntries('spec.resourceTypes[]', spec.resourceTypes),
    ...repeatedEntries(
      'spec.locations[]',
      spec.locations?.map(({ type, name }) => `${type} ${name}`),
    ),
    ...repeatedEntries(
      'spec.flavors[]',
      spec.flavors?.map(({ type, name }) => `${type} ${name}`),
    ),
  ];
  for (const [type, field] of Object.entries(fieldOfType) as [
    PolicySpec['type'],
    (typeof fieldOfType)[PolicySpec['type']],
  ][]) {
    const value = spec[field];
    const empty = value === undefined || (Array.isArray(value) && value.length === 0);
    if (type === spec.type && empty) {
      violations.push({ field: `spec.${field}`, rule: `is required for a policy of type ${type}` });
    }
    if (type !== spec.type && value !== undefined) {
      violations.push({
        field: `spec.${field}`,
        rule: `has no effect in a policy of type ${spec.type}`,
        hint: 'remove it',
      });
    }
  }
  return violations;
}

/**
 * Checks a policy document as a user wrote it.
 * @throws BeelineError INVALID_INPUT naming each field, its rule and what was received.
 */
export function parsePolicy(value: unknown): PolicyInput {
  const parsed = parseSchema(value);
  const violations = parsed.ok ? crossFieldViolations(parsed.value.spec) : parsed.violations;
  if (parsed.ok && violations.length === 0) return parsed.value;
  throw new BeelineError('INVALID_INPUT', { message: describeViolations(violations), fields: violations });
}
