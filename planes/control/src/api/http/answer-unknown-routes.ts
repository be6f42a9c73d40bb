import { BeelineError } from '@beeline/core/base';
import { apiErrorBody } from '@beeline/core/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

interface KnownRoute {
  readonly pattern: RegExp;
  readonly methods: readonly string[];
}

function patternOf(url: string): RegExp {
  return new RegExp(`^${url.replace(/:[^/]+/g, '[^/]+')}/?$`);
}

/** Answers what no route takes: 405 with `Allow` when the path exists with other methods, 404 otherwise. */
export function answerUnknownRoutes(app: FastifyInstance): void {
  const routes: KnownRoute[] = [];
  app.addHook('onRoute', (route) => {
    routes.push({ pattern: patternOf(route.url), methods: [route.method].flat() });
  });
  app.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const methods = new Set(
      routes.filter(({ pattern }) => pattern.test(path)).flatMap((route) => route.methods),
    );
    if (methods.size === 0) {
      throw new BeelineError('ROUTE_NOT_FOUND', {
        message: `the API has no ${request.method} ${path}: see /v0/openapi.json`,
      });
    }
    const allowed = [...methods].join(', ');
    const error = new BeelineError('REQUEST_INVALID', {
      message: `${path} does not take ${request.method}: use ${allowed}`,
    });
    return reply
      .code(405)
      .header('allow', allowed)
      .send({ ...apiErrorBody(error, request.id), code: 405 });
  });
}
