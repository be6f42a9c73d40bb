import type { RouteEntry } from '@beeline/core/contract';
import type { DeploymentRow } from '../store/database/tables.ts';
import type { RolloutPlan } from './plan-rollout.ts';

/** What gateways do with requests for the deployment; null while there is nothing to say, and once it is being deleted. */
export function buildRouteEntry(
  deployment: DeploymentRow,
  plan: Pick<RolloutPlan, 'activeRevision' | 'phase'>,
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
        reason: `Revision ${plan.phase.revision.number} of model "${model}" could not be made ready: ${plan.phase.failure.message}`,
      };
  }
}
