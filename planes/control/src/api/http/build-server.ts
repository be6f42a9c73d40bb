import { BeelineError, type Logger, newId } from '@beeline/core/base';
import { documentLimits } from '@beeline/core/resources';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { answerUnknownRoutes } from './answer-unknown-routes.ts';
import { checkAddress } from './check-address.ts';
import { parseJsonBody } from './parse-json-body.ts';
import { sendError } from './send-error.ts';

/** Largest body of the public API: a document, and room for what the platform added to it when it gave it out. */
const bodyLimitBytes = 2 * documentLimits.bytes;

/** @throws BeelineError CODING_UNSUPPORTED */
function checkCoding(coding: string | undefined): void {
  if (coding === undefined || coding === '' || coding.toLowerCase() === 'identity') return;
  throw new BeelineError('CODING_UNSUPPORTED', {
    message: `the body has the content coding ${JSON.stringify(coding)}: send it without Content-Encoding`,
  });
}

/**
 * The HTTP server that carries every route of control. Schemas on routes are documentation: the parsers of
 * `core/resources` validate, so nothing is coerced or dropped on the way in or out.
 */
export function buildServer(logger: Logger): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    genReqId: () => newId('req'),
    routerOptions: { ignoreTrailingSlash: true },
    exposeHeadRoutes: false,
    frameworkErrors: (error, request, reply) => {
      sendError(error, request, reply, logger);
    },
  });
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    // Many clients name the type of a body with a call that has none.
    async (request: FastifyRequest, body: Buffer) =>
      request.method === 'DELETE' && body.length === 0 ? undefined : parseJsonBody(body),
  );
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply, logger));
  app.addHook('onRequest', async (request) => {
    checkAddress(request.url);
    checkCoding(request.headers['content-encoding']);
  });
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  answerUnknownRoutes(app);
  return app;
}
