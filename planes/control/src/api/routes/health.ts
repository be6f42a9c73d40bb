import { type Clock, sleep } from '@beeline/core/base';
import type { FastifyInstance } from 'fastify';
import { loadFeedVersions } from '../../store/changes.ts';
import type { Queries, Store } from '../../store/open-store.ts';

/** A database that takes longer serves nobody. */
const longestMs = 2_000;

async function answersInTime(queries: Queries, clock: Clock): Promise<boolean> {
  const ended = new AbortController();
  const late = sleep(clock, longestMs, ended.signal).then(() => false);
  const answered = loadFeedVersions(queries).then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([answered, late]);
  } finally {
    ended.abort();
  }
}

/** `/healthz`: the process lives. `/readyz`: it can do its work, database included, and is not about to stop. */
export function addHealthRoutes(
  app: FastifyInstance,
  { store, clock, closing }: { readonly store: Store; readonly clock: Clock; readonly closing: AbortSignal },
): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    if (closing.aborted) return reply.code(503).send({ status: 'stopping' });
    if (await answersInTime(store.queries, clock)) return { status: 'ready' };
    return reply.code(503).send({ status: 'the database does not answer' });
  });
}
