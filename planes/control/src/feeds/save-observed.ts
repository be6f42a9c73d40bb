import { isDeepStrictEqual } from 'node:util';
import type { ObservedMessage, ObservedRevision, RefusedItem } from '@beeline/core/contract';
import { locationSilenceMs } from '../decide/deployment-picture.ts';
import { describeLocation, listLocations, saveLocationReport } from '../store/locations.ts';
import { queueDeployments, queueLeavingDeployments } from '../store/models.ts';
import { replaceObserved } from '../store/observed.ts';
import type { Store } from '../store/open-store.ts';

/** What the loop decides from: why a location scales as it does is only shown. */
const decisive = ({ scaling: _, ...state }: ObservedRevision) => state;

/** Ids of the revisions of which something else is said than before, or nothing any longer. */
export function changedRevisions(
  before: readonly ObservedRevision[],
  after: readonly ObservedRevision[],
): readonly string[] {
  const known = new Map(before.map((state) => [state.revision, decisive(state)]));
  const changed = after.filter((state) => !isDeepStrictEqual(known.get(state.revision), decisive(state)));
  const ids = new Set(after.map((state) => state.revision));
  const gone = before.filter((state) => !ids.has(state.revision));
  return [...changed, ...gone].map((state) => state.revision);
}

/**
 * Stores what a location says of itself, and puts the deployments that it concerns into the loop's queue. Of a revision
 * whose state was refused, what was said before goes on counting: it is not gone.
 */
export function saveObserved(
  store: Store,
  message: ObservedMessage,
  refused: readonly RefusedItem[],
  nowMs: number,
): Promise<void> {
  return store.write(async (tx) => {
    const { location: name, flavors, generations, assignmentsVersion } = message;
    const report = { name, flavors, generations, assignmentsVersion, nowMs };
    const known = await saveLocationReport(tx.queries, report);
    const unread = new Set(refused.flatMap(({ id }) => id ?? []));
    const before = await replaceObserved(tx.queries, name, message.revisions, unread);
    const returned = known === undefined || nowMs - known.lastSeenAt > locationSilenceMs;
    const changed = changedRevisions(before, message.revisions);
    await queueDeployments(tx.queries, returned ? 'all' : changed);
    const follows = known?.assignmentsVersion === assignmentsVersion;
    if (!follows) await queueLeavingDeployments(tx.queries);
    if (returned || changed.length > 0 || !follows) await tx.bump('deployments');
  });
}

/** Makes a location known that pulls before it has reported. */
export async function ensureLocation(store: Store, name: string): Promise<void> {
  const known = await listLocations(store.queries);
  if (known.some((location) => location.name === name)) return;
  await store.write(async (tx) => {
    await describeLocation(tx.queries, { name, displayName: name, country: null, continent: null });
    await queueDeployments(tx.queries, 'all');
    await tx.bump('deployments');
  });
}
