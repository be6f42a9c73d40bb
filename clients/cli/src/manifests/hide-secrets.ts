import { BeelineError, type FieldViolation } from '@beeline/core/base';
import type { ParsedDocument } from './parse-documents.ts';

const covers = (outer: string, inner: string) =>
  outer === inner || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`);

/** The error without what was received in fields that hold a secret, in those around them and those inside. */
export function hideSecrets(
  document: Pick<ParsedDocument, 'secretFields' | 'secretValues'>,
  error: BeelineError,
): BeelineError {
  if (document.secretFields.length === 0) return error;
  const scrub = (text: string) =>
    document.secretValues
      .filter((value) => value !== '')
      .reduce((clean, value) => clean.replaceAll(value, '***'), text);
  const hide = (violation: FieldViolation): FieldViolation => {
    const near = document.secretFields.some(
      (field) => covers(violation.field, field) || covers(field, violation.field),
    );
    return near && violation.received !== undefined ? { ...violation, received: '***' } : violation;
  };
  return new BeelineError(error.code, {
    message: scrub(error.message),
    fields: error.fields.map(hide),
    retryable: error.retryable,
    ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
  });
}
