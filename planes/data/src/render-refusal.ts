import { type BeelineError, httpStatusOf } from '@beeline/core/base';
import { type ErrorOrigin, platformErrorBody, platformErrorHeaders } from '@beeline/core/contract';

/** What a refusal tells about itself. */
export interface RefusalContext {
  readonly component: ErrorOrigin;
  readonly requestId: string;
  readonly executionId: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** Body and headers of an answer by which the platform refuses. */
export function renderRefusal(
  error: BeelineError,
  context: RefusalContext,
): readonly [string, Record<string, string>] {
  const body = JSON.stringify(platformErrorBody(error, context));
  const headers = {
    ...platformErrorHeaders(error, context.component),
    'content-length': String(Buffer.byteLength(body)),
    'x-request-id': context.requestId,
    'x-beeline-execution': context.executionId,
  };
  return [body, headers];
}

/** The whole answer as it goes out on a bare socket, after which the connection ends. */
export function renderLastRefusal(
  error: BeelineError,
  context: RefusalContext,
  status = httpStatusOf(error.kind),
): string {
  const [body, headers] = renderRefusal(error, context);
  const lines = Object.entries({ ...headers, connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `HTTP/1.1 ${status} Refused\r\n${lines.join('')}\r\n${body}`;
}
