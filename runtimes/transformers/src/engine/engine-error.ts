/** Codes of the errors this server makes, with their HTTP status. */
export const statusOfCode = {
  INVALID_JSON: 400,
  INVALID_BODY: 400,
  INPUT_TOO_LONG: 400,
  NOT_FOUND: 404,
  TASK_MISMATCH: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  BODY_TOO_LARGE: 413,
  CODING_UNSUPPORTED: 415,
  QUEUE_FULL: 429,
  CLIENT_GONE: 499,
  MODEL_ERROR: 500,
  LOADING: 503,
  DRAINING: 503,
  MODEL_TIMEOUT: 504,
} as const;

export type EngineErrorCode = keyof typeof statusOfCode;

/** An error as it crosses the border between threads. */
export interface EngineErrorMessage {
  readonly code: EngineErrorCode;
  readonly message: string;
  readonly field: string | null;
}

/** Thrown when a request cannot be answered; the message is for the caller. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;
  /** The field of the body that broke a rule. */
  readonly field: string | null;
  /** After how many seconds trying again makes sense; null when it does not. */
  readonly retryAfterSeconds: number | null;

  constructor(
    code: EngineErrorCode,
    message: string,
    more: { field?: string | null; retryAfterSeconds?: number } = {},
  ) {
    super(message);
    this.code = code;
    this.field = more.field ?? null;
    this.retryAfterSeconds = more.retryAfterSeconds ?? null;
  }

  get status(): number {
    return statusOfCode[this.code];
  }

  /** The body of the answer; the shape is the one OpenAI clients understand. */
  toBody(): object {
    const type = this.status < 500 ? 'invalid_request_error' : 'server_error';
    return { error: { message: this.message, type, param: this.field, code: this.code } };
  }
}

/** The error to answer with for anything that was thrown. */
export function toEngineError(thrown: unknown): EngineError {
  if (thrown instanceof EngineError) return thrown;
  return new EngineError('MODEL_ERROR', thrown instanceof Error ? thrown.message : String(thrown));
}
