import { formatDuration } from '@beeline/core/base';
import type { RouteEntry } from '@beeline/core/contract';
import type { DeploymentRow } from '../store/database/tables.ts';
import type { RolloutPlan } from './plan-rollout.ts';

type FailedPhase = RolloutPlan['phase'] & { readonly kind: 'failed' };

function describeRefusal({ revision, failure, retryMs }: FailedPhase, model: string): string {
  const again = retryMs === null ? '' : `; it is tried again in ${formatDuration(retryMs)}`;
  return `Revision ${revision.number} of model "${model}" could not be made ready: ${failure.message}${again}`;
}

/** What gateways do with requests for the deployment; null while there is nothing to say, and once it is being deleted. */
export function buildRouteEntry(
  deployment: DeploymentRow,
  plan: Pick<RolloutPlan, 'activeRevision' | 'phase'>,
  /** Those that may serve the active revision, in the order in which they are asked. */
  locations: readonly string[],
): RouteEntry | null {
  const { workspace, model, environment } = deployment;
  const closed = { workspace, model, environment, targets: [], retryable: false };
  switch (plan.phase.kind) {
    case 'deleting':
      return null;
    case 'deactivating':
    case 'deactivated':
      return {
        ...closed,
        state: 'deactivated',
        reason: `Model "${model}" is deactivated in environment "${environment}"; activate it to use it.`,
      };
    case 'accepted':
    case 'deploying':
    case 'deployed':
    case 'failed':
      if (plan.activeRevision !== null) {
        const target = { revision: plan.activeRevision, weight: 100, locations };
        return {
          workspace,
          model,
          environment,
          state: 'serving',
          reason: null,
          retryable: true,
          targets: [target],
        };
      }
      if (plan.phase.kind !== 'failed') return null;
      return {
        ...closed,
        state: 'unavailable',
        reason: describeRefusal(plan.phase, model),
        retryable: plan.phase.retryMs !== null,
      };
  }
}
