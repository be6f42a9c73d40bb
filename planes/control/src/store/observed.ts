import { isDeepStrictEqual } from 'node:util';
import type { ObservedRevision } from '@beeline/core/contract';
import { documentColumn, openDocument } from './documents/stored-document.ts';
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
  const opened = rows.map((row) => ({ ...row, state: openDocument('observedRevision', row.state) }));
  return Map.groupBy(opened, (row) => row.deployment);
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
  const before = rows
    .map(({ state }) => openDocument('observedRevision', state))
    .filter(({ revision }) => !untouched.has(revision));
  const known = new Map(before.map((state) => [state.revision, state]));
  for (const state of states) {
    const same = isDeepStrictEqual(known.get(state.revision), state);
    known.delete(state.revision);
    if (same) continue;
    await queries
      .insertInto('observedRevisions')
      .values({ location, revision: state.revision, state: documentColumn('observedRevision', state) })
      .onConflict((conflict) =>
        conflict
          .columns(['location', 'revision'])
          .doUpdateSet({ state: documentColumn('observedRevision', state) }),
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
  return before;
}
