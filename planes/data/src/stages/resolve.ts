import type { BeelineError } from '@beeline/core/base';
import type { RouteEntry } from '@beeline/core/contract';
import { workloadNotFound, workloadUnavailable } from '../errors.ts';
import type { GatewaySnapshot } from '../tables/build-snapshot.ts';
import type { AuthenticatedRequest } from './authenticate.ts';

/** A request for a deployment that serves. */
export interface ResolvedRequest extends AuthenticatedRequest {
  readonly route: RouteEntry;
}

/** Finds the deployment; says which environments have the model when the one asked for has not. */
export function resolve(
  request: AuthenticatedRequest,
  snapshot: GatewaySnapshot,
): ResolvedRequest | BeelineError {
  const { workspace, model, environment } = request;
  const route = snapshot.findRoute(workspace, model, environment);
  if (route === undefined) {
    return workloadNotFound(workspace, model, environment, snapshot.environmentsOf(workspace, model));
  }
  return route.state === 'serving' ? { ...request, route } : workloadUnavailable(route);
}
