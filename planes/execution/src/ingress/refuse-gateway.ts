import { STATUS_CODES } from 'node:http';
import { type BeelineError, httpStatusOf } from '@beeline/core/base';
import { ingressHeaders, platformErrorBody, platformErrorHeaders } from '@beeline/core/contract';
import { type CallerRequest, headerLine } from '@beeline/core/relay';

/** Errors of requests that no replica had. */
const undeliveredCodes: ReadonlySet<string> = new Set(['SHUTTING_DOWN', 'REVISION_NOT_HERE']);

/** Header lines and body of the location's error, as gateways understand it. */
function renderForGateway(error: BeelineError, requestId: string, nowMs: number): [string, string] {
  const headers = {
    ...platformErrorHeaders(error, 'location'),
    ...(undeliveredCodes.has(error.code) ? { [ingressHeaders.undelivered]: error.code } : {}),
  };
  const lines = Object.entries(headers).map(([name, value]) => headerLine(name, value));
  return [
    lines.join(''),
    JSON.stringify(platformErrorBody(error, { component: 'location', requestId, nowMs })),
  ];
}

/** Answers a gateway with the location's error; the gateway is told when no replica had the request. */
export function refuseGateway(caller: CallerRequest, error: BeelineError, nowMs: number): void {
  const [lines, body] = renderForGateway(error, caller.head.header('x-request-id') ?? 'unknown', nowMs);
  if (error.code === 'SHUTTING_DOWN') caller.endConnection();
  const status = httpStatusOf(error.kind);
  caller.answer(status, STATUS_CODES[status] ?? 'Refused', lines, body);
}

/** The whole answer to a request that may be on its way on a connection that the ingress ends. */
export function renderGoodbye(error: BeelineError, nowMs: number): string {
  const [lines, body] = renderForGateway(error, 'unknown', nowMs);
  const status = httpStatusOf(error.kind);
  const framing = `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n`;
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines}${framing}\r\n${body}`;
}
