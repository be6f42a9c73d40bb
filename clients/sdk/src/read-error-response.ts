import { BeelineError, cutText, type ErrorCode, errorCodes, type FieldViolation } from '@beeline/core/base';

const codesByStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'INVALID_INPUT',
  401: 'AUTHENTICATION_FAILED',
  403: 'FORBIDDEN',
  404: 'RESOURCE_NOT_FOUND',
  409: 'RESOURCE_CONFLICT',
  413: 'REQUEST_ENTITY_TOO_LARGE',
  422: 'INVALID_INPUT',
  429: 'RATE_LIMITED',
  502: 'CONNECTION_FAILED',
  503: 'CONNECTION_FAILED',
  504: 'REQUEST_TIMEOUT',
};

/** The code that the body names, or the nearest one to the status when this version does not know it. */
function errorCodeOf(name: unknown, status: number): ErrorCode {
  const upper = typeof name === 'string' ? name.toUpperCase() : '';
  if (upper in errorCodes) return upper as ErrorCode;
  return codesByStatus[status] ?? (status < 500 ? 'INVALID_INPUT' : 'INTERNAL_ERROR');
}

function retryAfterMsOf(response: Response): number | undefined {
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
}

const isField = (value: unknown): value is FieldViolation =>
  typeof value === 'object' && value !== null && 'field' in value && 'rule' in value;

function parseBody(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) return body as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return undefined;
}

/** An inference endpoint marks what it answers: there the address of the API lacks its version. */
function adviceFor(response: Response): string {
  return response.headers.has('x-beeline-source')
    ? 'the address of the API ends with /v0'
    : 'check that the address is that of a platform';
}

function foreignError(response: Response, text: string): BeelineError {
  return new BeelineError(errorCodeOf(undefined, response.status), {
    message: `${response.url} answered ${response.status} and not as this API does; ${adviceFor(response)}`,
    detail: cutText(text, 2_000),
  });
}

/** Reads the whole body of a control API response that is not a success. */
export async function readApiError(response: Response): Promise<BeelineError> {
  const text = await response.text();
  const body = parseBody(text);
  if (body === undefined || typeof body.error !== 'string') return foreignError(response, text);
  const requestId =
    typeof body.requestId === 'string' ? body.requestId : response.headers.get('x-request-id');
  const retryAfterMs = retryAfterMsOf(response);
  return new BeelineError(errorCodeOf(body.error, response.status), {
    message: typeof body.message === 'string' ? body.message : `${body.error} (${response.status})`,
    ...(Array.isArray(body.fields) ? { fields: body.fields.filter(isField) } : {}),
    ...(requestId === null ? {} : { requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    detail: `${response.status} ${body.error}`,
  });
}

/**
 * The error of an inference response when the platform made it: its body is read then. Null for a success and for
 * an error of the model itself, whose body is left to the caller.
 */
export async function readRunError(response: Response): Promise<BeelineError | null> {
  const code = response.headers.get('x-beeline-error-code');
  if (response.status < 400 || code === null) return null;
  const text = await response.text();
  const error = parseBody(text)?.error;
  if (typeof error !== 'object' || error === null) return foreignError(response, text);
  const { message, retryable, request_id: requestId } = error as Record<string, unknown>;
  const retryAfterMs = retryAfterMsOf(response);
  return new BeelineError(errorCodeOf(code, response.status), {
    message: typeof message === 'string' ? message : `${code} (${response.status})`,
    ...(typeof retryable === 'boolean' ? { retryable } : {}),
    ...(typeof requestId === 'string' ? { requestId } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    detail: `${response.status} ${code}`,
  });
}
