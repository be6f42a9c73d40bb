import type { RevisionAssignment } from '@beeline/core/contract';
import { buildDrainTimeoutMs, buildRevisionTemplate, buildScalingConfig } from '@beeline/core/resources';
import type { DeploymentRow } from '../store/database/tables.ts';
import type { PlacedAssignment } from '../store/documents/document-kinds.ts';
import type { PlannedRevision, RolloutPlan } from './plan-rollout.ts';
import { placeRevision } from './trials/place-revision.ts';

function decidePurpose(
  revision: PlannedRevision,
  plan: Pick<RolloutPlan, 'activeRevision' | 'revisions'>,
): 'serve' | 'retire' | null {
  if (revision.retiring !== 'no') return 'retire';
  if (revision.id === plan.activeRevision) return 'serve';
  const isCandidate = revision.id === plan.revisions.at(-1)?.id && revision.proof !== 'failed';
  return isCandidate ? 'serve' : null;
}

/** Also a revision of somebody else's, once the owner has named its directory for the deployment. */
function isNamedByOwner(deployment: DeploymentRow, revision: PlannedRevision, current: string): boolean {
  const sameDirectory = revision.template.origin.path === current;
  return revision.originByOwner || (deployment.originByOwner && sameDirectory);
}

/** The assignment as it stands wherever the revision has not failed, and one for each location that is to try it again. */
function placeAssignment(
  revision: PlannedRevision,
  assignment: RevisionAssignment,
  locations: readonly string[],
): readonly PlacedAssignment[] {
  const placed = placeRevision(revision, locations);
  const again = revision.trials.filter(
    ({ trying, location }) => trying && assignment.purpose === 'serve' && placed.includes(location),
  );
  const others = placed.filter((name) => !again.some(({ location }) => location === name));
  return [
    ...(others.length === 0 ? [] : [{ locations: others, assignment }]),
    ...again.map(({ location, failures }) => ({
      locations: [location],
      assignment: { ...assignment, proof: 'needed' as const, attempt: failures },
    })),
  ];
}

/** What locations have to be able to serve of the deployment; `locations` are those where it belongs. */
export function buildAssignments(
  deployment: DeploymentRow,
  plan: Pick<RolloutPlan, 'activeRevision' | 'revisions'>,
  locations: readonly string[],
): readonly PlacedAssignment[] {
  if (deployment.deleting || !deployment.spec.enabled) return [];
  const { workspace, model, environment, spec } = deployment;
  const current = buildRevisionTemplate(spec).origin.path;
  return plan.revisions.flatMap((revision) => {
    const purpose = decidePurpose(revision, plan);
    if (purpose === null) return [];
    const assignment: RevisionAssignment = {
      revision: revision.id,
      number: revision.number,
      workspace,
      model,
      environment,
      purpose,
      proof: purpose === 'serve' && revision.proof === 'needed' ? 'needed' : 'done',
      template: revision.template,
      artifactDigest: revision.artifactDigest,
      scaling: buildScalingConfig(spec),
      drainTimeoutMs: buildDrainTimeoutMs(spec),
      originNamedBy: isNamedByOwner(deployment, revision, current) ? 'owner' : 'other',
    };
    return placeAssignment(revision, assignment, locations);
  });
}
