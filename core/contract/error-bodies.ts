import { type BeelineError, errorCodes, type FieldViolation, httpStatusOf } from '../base/index.ts';

/** What the control API answers when it refuses: `error` is the code, `code` the HTTP status. */
export interface ApiErrorBody {
  readonly error: string;
  readonly code: number;
  readonly message: string;
  readonly fields?: readonly FieldViolation[];
  readonly requestId?: string;
}

/** Renders an error for the control API. */
export function apiErrorBody(error: BeelineError, requestId?: string): ApiErrorBody {
  return {
    error: error.code === 'INVALID_API_VERSION' ? 'invalid_api_version' : error.code,
    code: httpStatusOf(error.kind),
    message: error.message,
    ...(error.fields.length === 0 ? {} : { fields: error.fields }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

export type ErrorOrigin = 'gateway' | 'location' | 'model';

/** What the inference endpoint answers when the platform, not the model, refuses. */
export interface PlatformErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly status: number;
    /** Always `platform` here: an error of the model passes through untouched. */
    readonly origin: 'platform';
    /** Which part of the platform made it. */
    readonly component: ErrorOrigin;
    readonly retryable: boolean;
    readonly action: string;
    readonly do_not: string;
    readonly docs_url: string;
    readonly timestamp: string;
    readonly request_id: string;
  };
}

/** Renders an error for the inference endpoint; `status` where the answer has another than goes with its kind. */
export function platformErrorBody(
  error: BeelineError,
  context: {
    readonly component: ErrorOrigin;
    readonly requestId: string;
    readonly nowMs: number;
    readonly status?: number;
  },
): PlatformErrorBody {
  return {
    error: {
      code: error.code,
      message: error.message,
      status: context.status ?? httpStatusOf(error.kind),
      origin: 'platform',
      component: context.component,
      retryable: error.retryable,
      action: errorCodes[error.code].action,
      do_not: error.retryable ? 'Do not retry without a pause.' : 'Do not retry the same request unchanged.',
      docs_url: `docs/reference/errors.md#${error.code.toLowerCase()}`,
      timestamp: new Date(context.nowMs).toISOString(),
      request_id: context.requestId,
    },
  };
}

/** Headers that go with a platform error: they tell a client that the model did not make it. */
export function platformErrorHeaders(error: BeelineError, component: ErrorOrigin): Record<string, string> {
  return {
    'content-type': 'application/json',
    'x-beeline-source': component,
    'x-beeline-error-code': error.code,
    'x-blaxel-source': 'platform',
    'x-blaxel-error-code': error.code,
    ...(error.retryAfterMs === undefined
      ? {}
      : { 'retry-after': String(Math.max(1, Math.ceil(error.retryAfterMs / 1_000))) }),
    ...(error.kind === 'unauthenticated' ? { 'www-authenticate': 'Bearer' } : {}),
  };
}
