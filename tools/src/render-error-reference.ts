import { type ErrorCode, errorCodes, httpStatusOf } from '@beeline/core/base';

/** The reference page of every error code, as Markdown. */
export function renderErrorReference(): string {
  const sections = (Object.keys(errorCodes) as ErrorCode[]).map((code) => {
    const entry = errorCodes[code];
    return [
      `## ${code}`,
      '',
      entry.meaning,
      '',
      `- HTTP status: ${httpStatusOf(entry.kind)} (${entry.kind})`,
      `- Worth retrying unchanged: ${entry.retryable ? 'yes' : 'no'}`,
      `- What to do: ${entry.action}`,
      '',
    ].join('\n');
  });
  return [
    '# Errors',
    '',
    'Every error of the platform carries one of these codes. Written by `npm run docs` from the table in the code.',
    '',
    'At the control API the body is `{"error": CODE, "code": STATUS, "message": …, "fields": […]}`. At the inference',
    'endpoint it is `{"error": {"code": CODE, "component": "gateway" or "location", …}}`, with the headers',
    '`x-beeline-source` and `x-beeline-error-code`; an answer without these headers was made by the model itself.',
    '',
    ...sections,
  ].join('\n');
}
