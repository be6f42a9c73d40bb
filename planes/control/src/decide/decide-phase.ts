import type { ModelPhase } from '@beeline/core/resources';
import { type DeploymentPicture, isHealthy, listUp } from './deployment-picture.ts';
import type { PlannedRevision } from './plan-rollout.ts';
import { pauseOf, shortestPause } from './trials/location-trials.ts';

/** Whether every location that is up has done what it was told last and has nothing left of the deployment. */
export function isVacated(picture: DeploymentPicture, left: 'replicas' | 'anything'): boolean {
  if (picture.deployment.assignments.length > 0) return false; // they are taken away first
  return picture.locations
    .filter((location) => isHealthy(location, picture.nowMs))
    .every((location) => {
      const states = picture.observations.filter((observation) => observation.location === location.name);
      const empty =
        left === 'anything'
          ? states.length === 0
          : states.every(({ state }) => Object.values(state.replicas).every((count) => count === 0));
      return empty && location.assignmentsVersion >= picture.deployment.assignmentsVersion;
    });
}

/** Of the revision that serves: which locations that are up do not have it. */
function deployedPhase(active: PlannedRevision, picture: DeploymentPicture): ModelPhase {
  const up = listUp(picture);
  const missing = active.trials.filter(({ location }) => up.includes(location));
  const [first] = missing;
  if (first === undefined) return { kind: 'deployed', revision: active };
  if (missing.length === up.length) {
    const { failure } = first;
    return { kind: 'failed', revision: active, failure, serving: active, retryMs: shortestPause(missing) };
  }
  return {
    kind: 'deployed',
    revision: active,
    missing: missing.map((trial) => ({
      location: trial.location,
      failure: trial.failure,
      retryMs: pauseOf(trial),
    })),
  };
}

function servingPhase(
  revisions: readonly PlannedRevision[],
  activeId: string | null,
  picture: DeploymentPicture,
): ModelPhase {
  const latest = revisions.at(-1);
  const active = revisions.find(({ id }) => id === activeId);
  if (latest === undefined) return { kind: 'accepted' };
  if (latest.proof === 'failed' && latest.failure !== null) {
    const retryMs = shortestPause(latest.trials);
    return { kind: 'failed', revision: latest, failure: latest.failure, serving: active ?? null, retryMs };
  }
  if (active?.id !== latest.id) return { kind: 'deploying', revision: latest, serving: active ?? null };
  if (active.proof === 'needed') return { kind: 'deploying', revision: latest, serving: null };
  return deployedPhase(active, picture);
}

function nameOnly(phase: ModelPhase): ModelPhase {
  const short = ({ id, number }: { readonly id: string; readonly number: number }) => ({ id, number });
  if (!('revision' in phase)) return phase;
  const named = { ...phase, revision: short(phase.revision) };
  if (!('serving' in named)) return named;
  return { ...named, serving: named.serving === null ? null : short(named.serving) };
}

/** Where the deployment stands, for its status and its events. */
export function decidePhase(
  revisions: readonly PlannedRevision[],
  activeId: string | null,
  picture: DeploymentPicture,
): ModelPhase {
  if (picture.deployment.deleting) return { kind: 'deleting' };
  if (!picture.deployment.spec.enabled) {
    return { kind: isVacated(picture, 'replicas') ? 'deactivated' : 'deactivating' };
  }
  return nameOnly(servingPhase(revisions, activeId, picture));
}
