import { type Clock, sleep, systemClock } from '@beeline/core/base';
import { loadFeedVersion } from '../../store/changes.ts';
import type { DeploymentRow } from '../../store/database/tables.ts';
import { listLiveGateways } from '../../store/gateways.ts';
import { loadDeployment } from '../../store/models.ts';
import type { Store } from '../../store/open-store.ts';

/** A gateway that died a moment ago still counts as alive; it holds writers for no longer than this. */
const longestMs = 1_000;
const stepMs = 5;

async function isActedOn(store: Store, written: DeploymentRow): Promise<boolean> {
  const row = await loadDeployment(store.queries, written);
  if (row === undefined) return true;
  return written.deleting ? row.route === null : row.observedGeneration >= written.generation;
}

async function areRoutesTaken(store: Store, clock: Clock): Promise<boolean> {
  const { queries } = store;
  const gateways = await listLiveGateways(queries, clock.now());
  if (gateways.length === 0) return true;
  const version = await loadFeedVersion(queries, 'routes');
  return gateways.every((gateway) => gateway.routesVersion >= version);
}

/**
 * Waits until the loop has acted on a deployment as it was written and every live gateway has what came of it, so
 * that a caller who comes right after the answer finds it. The write stands however long that takes: after a second
 * the answer is given all the same.
 */
export function waitUntilRouted(store: Store, clock: Clock, written: DeploymentRow): Promise<void> {
  return waitUntil(async () => (await isActedOn(store, written)) && (await areRoutesTaken(store, clock)));
}

/** Waits until every live gateway has the routes and keys as they are now, for a second at most. */
export function waitUntilTaken(store: Store, clock: Clock): Promise<void> {
  return waitUntil(() => areRoutesTaken(store, clock));
}

/** Gateways and the loop work in real time, whatever the clock says. */
async function waitUntil(happened: () => Promise<boolean>): Promise<void> {
  const deadline = systemClock.monotonicMs() + longestMs;
  while (systemClock.monotonicMs() < deadline && !(await happened())) await sleep(systemClock, stepMs);
}
