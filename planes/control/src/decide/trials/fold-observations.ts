import type { RevisionFailure } from '@beeline/core/contract';
import type { LocationTrial, RevisionRow } from '../../store/database/tables.ts';
import type { Observation } from '../../store/observed.ts';
import { type DeploymentPicture, listUp } from '../deployment-picture.ts';
import { addFailure, failedAt, planAgain } from './location-trials.ts';

/** Whether what a location says follows the assignments that it was given last: a failure from before is no answer. */
function isAnswer(picture: DeploymentPicture, location: string): boolean {
  const row = picture.locations.find(({ name }) => name === location);
  return row !== undefined && row.assignmentsVersion >= picture.deployment.assignmentsVersion;
}

/** Where the revision failed, after what locations say now. */
function foldTrials(
  revision: RevisionRow,
  said: readonly Observation[],
  picture: DeploymentPicture,
): readonly LocationTrial[] {
  const trials = new Map(revision.trials.map((trial) => [trial.location, trial]));
  for (const { location, state } of said) {
    const known = trials.get(location);
    if (state.proof === 'proved') trials.delete(location);
    else if (state.proof === 'failed' && known?.trying !== false && isAnswer(picture, location)) {
      trials.set(location, addFailure(known, location, state.failure, picture.nowMs));
    }
  }
  return [...trials.values()].sort((a, b) => (a.location < b.location ? -1 : 1));
}

/** What the revision failed of; where, when there are several locations. */
function failureOf(trials: readonly LocationTrial[], picture: DeploymentPicture): RevisionFailure | null {
  const [first] = trials;
  if (first === undefined) return null;
  if (picture.locations.length === 1) return first.failure;
  const messages = trials.map(({ location, failure }) => `location ${location}: ${failure.message}`);
  return { ...first.failure, message: messages.join('; ') };
}

function foldOne(revision: RevisionRow, picture: DeploymentPicture): RevisionRow {
  const said = picture.observations.filter(({ state }) => state.revision === revision.id);
  const artifactDigest =
    revision.artifactDigest ??
    said.find(({ state }) => state.artifactDigest !== null)?.state.artifactDigest ??
    null;
  const trials = foldTrials(revision, said, picture);
  const seen: RevisionRow = { ...revision, artifactDigest, trials };
  // Other locations show that it is not the model.
  const proved = { ...seen, proof: 'proved', trials: trials.map((trial) => planAgain(trial, true)) } as const;
  if (revision.proof === 'proved') return proved;
  if (revision.proof === 'failed') return seen;

  const failed = failedAt(seen);
  const provedAt = said.filter(({ state }) => state.proof === 'proved').map(({ location }) => location);
  const answered = new Set([...provedAt, ...failed.map(({ location }) => location)]);
  const awaited = picture.deployment.assignments
    .filter(({ assignment }) => assignment.revision === revision.id)
    .flatMap(({ locations }) => locations)
    .filter((name) => listUp(picture).includes(name));
  if (!awaited.every((name) => answered.has(name))) return seen;
  if (provedAt.length > 0) return proved;
  return failed.length > 0 ? { ...seen, proof: 'failed', failure: failureOf(failed, picture) } : seen;
}

/**
 * What locations say, told of the revisions. Every location that is up and has a revision is waited for: it is proved
 * when one of them proved it, and has failed when all of them failed.
 */
export function foldObservations(picture: DeploymentPicture): readonly RevisionRow[] {
  return picture.revisions.map((revision) => foldOne(revision, picture));
}
