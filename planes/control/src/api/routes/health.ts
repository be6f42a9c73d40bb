import type { FastifyInstance } from 'fastify';
import { loadFeedVersions } from '../../store/changes.ts';
import type { Store } from '../../store/open-store.ts';

/** `/healthz`: the process lives. `/readyz`: it can do its work, database included. */
export function addHealthRoutes(app: FastifyInstance, store: Store): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async () => {
    await loadFeedVersions(store.queries);
    return { status: 'ready' };
  });
}
