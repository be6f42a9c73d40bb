import type { ResourceStatus, Revision } from '@beeline/core/resources';
import type { DeploymentRow, RevisionRow } from '../../store/database/tables.ts';

function statusOf(deployment: DeploymentRow, revision: RevisionRow): ResourceStatus {
  if (deployment.deleting) return 'DELETING';
  if (revision.proof === 'failed') return 'FAILED';
  if (!deployment.spec.enabled) return 'DEACTIVATED';
  if (revision.retiringSince !== null) return 'DEACTIVATING';
  const takesPart = [deployment.activeRevision, deployment.latestRevision].includes(revision.id);
  if (!takesPart) return 'DEACTIVATED';
  return revision.proof === 'proved' ? 'DEPLOYED' : 'DEPLOYING';
}

/** A revision as the API returns it. */
export function renderRevision(deployment: DeploymentRow, revision: RevisionRow): Revision {
  const active = revision.id === deployment.activeRevision;
  const { failure } = revision;
  return {
    id: revision.id,
    number: revision.number,
    active,
    canary: false,
    previousActive: revision.id === deployment.previousRevision,
    status: statusOf(deployment, revision),
    reason: failure === null ? null : `${failure.code}: ${failure.message}`,
    trafficPercent: active && deployment.spec.enabled ? 100 : 0,
    modelDigest: revision.artifactDigest,
    createdAt: new Date(revision.createdAt).toISOString(),
    createdBy: revision.createdBy,
  };
}
