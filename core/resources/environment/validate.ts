import { BeelineError, describeViolations } from '../../base/index.ts';
import { repeatedEntries } from '../repeated-entries.ts';
import { createDocumentParser } from '../schema-violations.ts';
import { type EnvironmentInput, environmentSchema } from './schema.ts';

const parseSchema = createDocumentParser(environmentSchema);

/**
 * Checks an environment document as a user wrote it.
 * @throws BeelineError INVALID_INPUT naming each field, its rule and what was received.
 */
export function parseEnvironment(value: unknown): EnvironmentInput {
  const parsed = parseSchema(value);
  const violations = parsed.ok
    ? repeatedEntries('spec.policies[]', parsed.value.spec?.policies)
    : parsed.violations;
  if (parsed.ok && violations.length === 0) return parsed.value;
  throw new BeelineError('INVALID_INPUT', { message: describeViolations(violations), fields: violations });
}
