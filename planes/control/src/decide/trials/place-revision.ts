import type { RevisionRow } from '../../store/database/tables.ts';
import type { Observation } from '../../store/observed.ts';
import { failedAt } from './location-trials.ts';

/** Of the locations where the deployment belongs, those that have the revision or are to try it. */
export function placeRevision(
  revision: Pick<RevisionRow, 'proof' | 'trials'>,
  locations: readonly string[],
): readonly string[] {
  const failed = new Set(failedAt(revision).map(({ location }) => location));
  const left = locations.filter((name) => !failed.has(name));
  // What has served goes on wherever it is when nothing better is left.
  return left.length === 0 && revision.proof === 'proved' ? locations : left;
}

/** Where gateways may send requests for the revision: first where it is proved, then where it still may be. */
export function chooseRouteLocations(
  revision: Pick<RevisionRow, 'id' | 'proof' | 'trials'>,
  locations: readonly string[],
  observations: readonly Observation[],
): readonly string[] {
  const proved = new Set(
    observations
      .filter(({ state }) => state.revision === revision.id && state.proof === 'proved')
      .map(({ location }) => location),
  );
  const placed = placeRevision(revision, locations);
  const tried = new Set(revision.trials.map(({ location }) => location));
  const open = placed.filter((name) => !tried.has(name) || !placed.some((other) => proved.has(other)));
  return [...open.filter((name) => proved.has(name)), ...open.filter((name) => !proved.has(name))];
}
