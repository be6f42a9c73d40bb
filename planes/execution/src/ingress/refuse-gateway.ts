import { STATUS_CODES } from 'node:http';
import { type BeelineError, httpStatusOf } from '@beeline/core/base';
import { ingressHeaders, platformErrorBody, platformErrorHeaders } from '@beeline/core/contract';
import { type CallerRequest, headerLine } from '@beeline/core/relay';

/** Answers a gateway with the location's error; one that says that the location stops may be sent again. */
export function refuseGateway(caller: CallerRequest, error: BeelineError, nowMs: number): void {
  const undelivered = error.code === 'SHUTTING_DOWN';
  const requestId = caller.head.header('x-request-id') ?? 'unknown';
  const headers = {
    ...platformErrorHeaders(error, 'location'),
    ...(undelivered ? { [ingressHeaders.undelivered]: 'yes' } : {}),
  };
  const lines = Object.entries(headers).map(([name, value]) => headerLine(name, value));
  const body = JSON.stringify(platformErrorBody(error, { component: 'location', requestId, nowMs }));
  if (undelivered) caller.endConnection();
  const status = httpStatusOf(error.kind);
  caller.answer(status, STATUS_CODES[status] ?? 'Refused', lines.join(''), body);
}
