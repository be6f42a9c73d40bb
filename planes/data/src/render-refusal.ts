import { STATUS_CODES } from 'node:http';
import { type BeelineError, httpStatusOf } from '@beeline/core/base';
import { type ErrorOrigin, platformErrorBody, platformErrorHeaders } from '@beeline/core/contract';
import { headerLine } from '@beeline/core/relay';

/** What a refusal tells about itself. */
export interface RefusalContext {
  readonly component: ErrorOrigin;
  readonly requestId: string;
  readonly executionId: string;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Where it is another than goes with the kind of the error. */
  readonly status?: number;
}

/** The phrase that goes with a status. */
export function reasonOf(status: number): string {
  return STATUS_CODES[status] ?? 'Refused';
}

/** Header lines (without framing) and body of an answer by which the platform refuses. */
export function renderRefusal(error: BeelineError, context: RefusalContext): readonly [string, string] {
  const headers = {
    ...platformErrorHeaders(error, context.component),
    'x-request-id': context.requestId,
    'x-beeline-execution': context.executionId,
  };
  const lines = Object.entries(headers).map(([name, value]) => headerLine(name, value));
  return [lines.join(''), JSON.stringify(platformErrorBody(error, context))];
}

/** The whole answer as it goes out on a connection that ends with it. */
export function renderLastRefusal(
  error: BeelineError,
  context: RefusalContext,
  status = httpStatusOf(error.kind),
): string {
  const [lines, body] = renderRefusal(error, { ...context, status });
  const framing = `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n`;
  return `HTTP/1.1 ${status} ${reasonOf(status)}\r\n${lines}${framing}\r\n${body}`;
}
