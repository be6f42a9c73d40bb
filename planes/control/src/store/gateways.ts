import type { GatewayRow } from './database/tables.ts';
import type { Queries } from './open-store.ts';

/** Remembers which routes version a gateway holds, since when, and until when it counts as alive. */
export async function saveGateway(
  queries: Queries,
  seen: {
    readonly name: string;
    readonly routesVersion: number;
    readonly liveUntil: number;
    readonly nowMs: number;
  },
): Promise<void> {
  const known = await queries
    .selectFrom('gateways')
    .selectAll()
    .where('name', '=', seen.name)
    .executeTakeFirst();
  const routesVersionAt = known?.routesVersion === seen.routesVersion ? known.routesVersionAt : seen.nowMs;
  const { name, routesVersion, liveUntil } = seen;
  await queries
    .insertInto('gateways')
    .values({ name, routesVersion, routesVersionAt, liveUntil })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet({ routesVersion, routesVersionAt, liveUntil }),
    )
    .execute();
}

export function listLiveGateways(queries: Queries, nowMs: number): Promise<readonly GatewayRow[]> {
  return queries.selectFrom('gateways').selectAll().where('liveUntil', '>=', nowMs).execute();
}

/** Forgets gateways that have been silent for long. */
export async function deleteSilentGateways(queries: Queries, beforeMs: number): Promise<void> {
  await queries.deleteFrom('gateways').where('liveUntil', '<', beforeMs).execute();
}
