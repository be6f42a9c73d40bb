import type { FastifyInstance } from 'fastify';
import { authenticate, type Caller } from './access/authenticate.ts';
import { authorize, type Permission } from './access/authorize.ts';
import type { ApiContext } from './api-context.ts';
import { queryText } from './http/read-query.ts';
import { addApiKeyRoutes } from './routes/api-keys.ts';
import { addEnvironmentRoutes } from './routes/environments.ts';
import { addIntegrationRoutes } from './routes/integrations.ts';
import { addLocationRoutes } from './routes/locations.ts';
import { addModelMetricsRoute } from './routes/model-metrics.ts';
import { addModelRecordRoutes } from './routes/model-records.ts';
import { addModelRoutes } from './routes/models.ts';
import { addPolicyRoutes } from './routes/policies.ts';
import { addSecretsKeyRoutes } from './routes/secrets-keys.ts';
import { addWorkspaceRoutes } from './routes/workspaces.ts';

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
  addModelRecordRoutes(app, context);
  addModelMetricsRoute(app, context);
  addEnvironmentRoutes(app, context);
  addPolicyRoutes(app, context);
  addLocationRoutes(app, context);
  addWorkspaceRoutes(app, context);
  addApiKeyRoutes(app, context);
  addSecretsKeyRoutes(app, context);
  addIntegrationRoutes(app);
}
