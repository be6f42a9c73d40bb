import { isDeepStrictEqual } from 'node:util';
import type { ObservedRevision } from '@beeline/core/contract';
import { jsonColumn } from './database/json-column.ts';
import type { Queries } from './open-store.ts';

/** What one location says of one revision. */
export interface Observation {
  readonly location: string;
  readonly state: ObservedRevision;
}

/** What locations say of the revisions of these deployments, by deployment id. */
export async function loadObservations(
  queries: Queries,
  deployments: readonly string[],
): Promise<ReadonlyMap<string, readonly Observation[]>> {
  if (deployments.length === 0) return new Map();
  const rows = await queries
    .selectFrom('observedRevisions')
    .innerJoin('revisions', 'revisions.id', 'observedRevisions.revision')
    .select(['revisions.deployment', 'observedRevisions.location', 'observedRevisions.state'])
    .where('revisions.deployment', 'in', [...deployments])
    .orderBy('observedRevisions.location')
    .execute();
  return Map.groupBy(rows, (row) => row.deployment);
}

/** Replaces what a location says, except of revisions in `untouched`, and returns what it said of the others before. */
export async function replaceObserved(
  queries: Queries,
  location: string,
  states: readonly ObservedRevision[],
  untouched: ReadonlySet<string>,
): Promise<readonly ObservedRevision[]> {
  const rows = await queries
    .selectFrom('observedRevisions')
    .select('state')
    .where('location', '=', location)
    .execute();
  const before = rows.filter(({ state }) => !untouched.has(state.revision));
  const known = new Map(before.map(({ state }) => [state.revision, state]));
  for (const state of states) {
    const same = isDeepStrictEqual(known.get(state.revision), state);
    known.delete(state.revision);
    if (same) continue;
    await queries
      .insertInto('observedRevisions')
      .values({ location, revision: state.revision, state: jsonColumn(state) })
      .onConflict((conflict) =>
        conflict.columns(['location', 'revision']).doUpdateSet({ state: jsonColumn(state) }),
      )
      .execute();
  }
  if (known.size > 0) {
    await queries
      .deleteFrom('observedRevisions')
      .where('location', '=', location)
      .where('revision', 'in', [...known.keys()])
      .execute();
  }
  return before.map(({ state }) => state);
}
