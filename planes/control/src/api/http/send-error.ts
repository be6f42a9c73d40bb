import { asBeelineError, BeelineError, httpStatusOf, type Logger } from '@beeline/core/base';
import { apiErrorBody } from '@beeline/core/contract';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

/** Statuses of refusals that no error kind stands for. */
const ownStatuses: Readonly<Record<string, number>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 415,
  CODING_UNSUPPORTED: 415,
};

function describeTooLarge({ headers, routeOptions }: FastifyRequest): string {
  const length = headers['content-length'];
  const received = length === undefined ? 'it is longer' : `received ${length} bytes`;
  return `the body must have at most ${routeOptions.bodyLimit} bytes (${received}): send a smaller one`;
}

function withOwnStatus(error: BeelineError): { readonly error: BeelineError; readonly status?: number } {
  const status = ownStatuses[error.code];
  return status === undefined ? { error } : { error, status };
}

function translate(
  thrown: unknown,
  request: FastifyRequest,
): { readonly error: BeelineError; readonly status?: number } {
  const { code = '', statusCode = 500, message } = thrown as Partial<FastifyError>;
  if (thrown instanceof BeelineError || !code.startsWith('FST_') || statusCode >= 500) {
    return withOwnStatus(asBeelineError(thrown));
  }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return {
      error: new BeelineError('REQUEST_ENTITY_TOO_LARGE', { message: describeTooLarge(request) }),
    };
  }
  const text =
    code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE'
      ? 'the body must be JSON: send it with "Content-Type: application/json"'
      : (message ?? 'the request is not well-formed');
  const error = new BeelineError('REQUEST_INVALID', { message: text, cause: thrown });
  const status = ownStatuses[code];
  return status === undefined ? { error } : { error, status };
}

/** Answers with the body that every refusal of the API has. */
export function sendError(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): FastifyReply {
  const { error, status = httpStatusOf(error.kind) } = translate(thrown, request);
  if (status >= 500) {
    logger.error(
      { requestId: request.id, method: request.method, code: error.code, detail: error.detail },
      `a request failed: ${error.message}`,
    );
  }
  if (error.kind === 'unauthenticated') reply.header('www-authenticate', 'Bearer');
  if (error.retryAfterMs !== undefined) {
    reply.header('retry-after', String(Math.max(1, Math.ceil(error.retryAfterMs / 1_000))));
  }
  return reply.code(status).send({ ...apiErrorBody(error, request.id), code: status });
}
