import type { BeelineError } from '@beeline/core/base';
import type { RouteEntry } from '@beeline/core/contract';
import { workloadNotFound, workloadUnavailable } from '../errors.ts';
import type { GatewaySnapshot } from '../tables/build-snapshot.ts';
import type { ModelPath } from './identify.ts';

/** Finds a deployment that serves; says which environments have the model when the one asked for has not. */
export function resolve(path: ModelPath, snapshot: GatewaySnapshot): RouteEntry | BeelineError {
  const { workspace, model, environment } = path;
  const route = snapshot.findRoute(workspace, model, environment);
  if (route === undefined) {
    return workloadNotFound(workspace, model, environment, snapshot.environmentsOf(workspace, model));
  }
  return route.state === 'serving' ? route : workloadUnavailable(route);
}
