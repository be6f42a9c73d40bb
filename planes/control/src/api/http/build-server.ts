import { BeelineError, type Logger, newId } from '@beeline/core/base';
import Fastify, { type FastifyInstance } from 'fastify';
import { answerUnknownRoutes } from './answer-unknown-routes.ts';
import { parseJsonBody } from './parse-json-body.ts';
import { sendError } from './send-error.ts';

/** Largest body of the public API. */
const bodyLimitBytes = 1024 * 1024;

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
    { parseAs: 'string' },
    async (_request: unknown, body: string) => parseJsonBody(body),
  );
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply, logger));
  app.addHook('onRequest', async (request) => {
    // PostgreSQL keeps no zero character in texts, and no name has one.
    if (!request.url.includes('%00')) return;
    throw new BeelineError('REQUEST_INVALID', {
      message: 'the address must not have a zero character (%00)',
    });
  });
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  answerUnknownRoutes(app);
  return app;
}
