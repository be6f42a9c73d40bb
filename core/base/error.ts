import { type ErrorCode, type ErrorKind, errorCodes } from './error-codes.ts';

/** One thing wrong with one field of an input. */
export interface FieldViolation {
  /** Path as the user writes it, e.g. `spec.serverlessConfig.maxNumReplicas`. */
  readonly field: string;
  /** The rule that was broken, as a sentence fragment: `must be at most 100`. */
  readonly rule: string;
  /** What was received, shortened; absent when nothing was. */
  readonly received?: string;
  /** What to write instead, when we can tell. */
  readonly hint?: string;
}

export interface BeelineErrorOptions {
  /** Public sentence: what happened and what to do next. Never holds a secret. */
  readonly message: string;
  /** For logs only. */
  readonly detail?: string;
  readonly fields?: readonly FieldViolation[];
  /** When trying again makes sense, in milliseconds from now. */
  readonly retryAfterMs?: number;
  /** Overrides what the code says of retrying. */
  readonly retryable?: boolean;
  /** Of the request that another process refused: its log has more under this id. */
  readonly requestId?: string;
  readonly cause?: unknown;
}

/** The one error type of the platform: a stable code, a closed kind, a public sentence, private detail. */
export class BeelineError extends Error {
  override readonly name = 'BeelineError';
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  readonly detail: string | undefined;
  readonly fields: readonly FieldViolation[];
  readonly retryAfterMs: number | undefined;
  readonly retryable: boolean;
  readonly requestId: string | undefined;

  constructor(code: ErrorCode, options: BeelineErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.kind = errorCodes[code].kind;
    this.detail = options.detail;
    this.fields = options.fields ?? [];
    this.retryAfterMs = options.retryAfterMs;
    this.retryable = options.retryable ?? errorCodes[code].retryable;
    this.requestId = options.requestId;
  }
}

/** Turns whatever was thrown into a BeelineError; an unknown one becomes INTERNAL_ERROR with its text as private detail. */
export function asBeelineError(thrown: unknown): BeelineError {
  if (thrown instanceof BeelineError) return thrown;
  const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return new BeelineError('INTERNAL_ERROR', {
    message: 'Something went wrong inside the platform; its log has the details.',
    detail,
    cause: thrown,
  });
}

/** One line per violated field: its rule, what was received and a hint. */
export function describeViolations(fields: readonly FieldViolation[]): string {
  return fields
    .map((violation) => {
      const received = violation.received === undefined ? '' : ` (received ${violation.received})`;
      const hint = violation.hint === undefined ? '' : `; ${violation.hint}`;
      return `${violation.field} ${violation.rule}${received}${hint}`;
    })
    .join('\n');
}
