import type { FastifyInstance } from 'fastify';
import type { ApiContext } from './api-context.ts';
import { authenticate, type Caller } from './authenticate.ts';
import { authorize, type Permission } from './authorize.ts';
import { queryText } from './read-query.ts';
import { addModelRoutes } from './routes/models.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the caller's role must give; every route of the public API names one. */
    permission?: Permission;
  }
}

/** Registers everything under `/v0` that needs an API key. */
export async function addPublicApi(app: FastifyInstance, context: ApiContext): Promise<void> {
  app.decorateRequest('caller', null);
  app.addHook('onRequest', async (request) => {
    const workspaceQuery = queryText(request.query, 'workspace');
    const nowMs = context.clock.now();
    const caller = await authenticate(
      context.store.queries,
      { headers: request.headers, workspaceQuery },
      nowMs,
    );
    const { permission } = request.routeOptions.config;
    if (permission === undefined) throw new Error(`${request.routeOptions.url} names no permission`);
    authorize(caller, permission);
    request.setDecorator<Caller>('caller', caller);
  });
  addModelRoutes(app, context);
}
