import { BeelineError, describeViolations } from '../../base/index.ts';
import { createParser } from '../schema-violations.ts';
import { type EnvironmentInput, environmentSchema } from './schema.ts';

const parseSchema = createParser(environmentSchema);

/**
 * Checks an environment document as a user wrote it.
 * @throws BeelineError INVALID_INPUT naming each field, its rule and what was received.
 */
export function parseEnvironment(value: unknown): EnvironmentInput {
  const parsed = parseSchema(value);
  if (parsed.ok) return parsed.value;
  throw new BeelineError('INVALID_INPUT', {
    message: describeViolations(parsed.violations),
    fields: parsed.violations,
  });
}
