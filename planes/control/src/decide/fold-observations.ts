import type { RevisionRow } from '../store/database/tables.ts';
import type { Observation } from '../store/observed.ts';
import { type DeploymentPicture, isHealthy } from './deployment-picture.ts';

function foldOne(
  revision: RevisionRow,
  said: readonly Observation[],
  awaited: readonly string[],
): RevisionRow {
  const artifactDigest =
    revision.artifactDigest ?? said.find(({ state }) => state.artifactDigest !== null)?.state.artifactDigest;
  const seen: RevisionRow = { ...revision, artifactDigest: artifactDigest ?? null };
  if (revision.proof !== 'needed') return seen;
  const failure = said.find(({ state }) => state.proof === 'failed')?.state.failure;
  if (failure !== undefined) {
    const unknown = {
      code: 'INTERNAL_ERROR',
      message: 'the location gave no reason',
      logTail: [],
    } as const;
    return { ...seen, proof: 'failed', failure: failure ?? unknown };
  }
  const proved = said.filter(({ state }) => state.proof === 'proved').map(({ location }) => location);
  const everywhere = proved.length > 0 && awaited.every((location) => proved.includes(location));
  return everywhere ? { ...seen, proof: 'proved' } : seen;
}

/**
 * What locations say, told of the revisions: one that fails anywhere has failed; one is proved when every location
 * that is up and has it says so, at least one.
 */
export function foldObservations(picture: DeploymentPicture): readonly RevisionRow[] {
  const up = picture.locations.filter((location) => isHealthy(location, picture.nowMs));
  return picture.revisions.map((revision) => {
    const placed = picture.deployment.assignments
      .filter(({ assignment }) => assignment.revision === revision.id)
      .flatMap(({ locations }) => locations);
    const said = picture.observations.filter(({ state }) => state.revision === revision.id);
    const awaited = up.filter(({ name }) => placed.includes(name)).map(({ name }) => name);
    return foldOne(revision, said, awaited);
  });
}
