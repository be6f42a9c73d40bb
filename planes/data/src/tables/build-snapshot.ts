import type { KeyEntry, RouteEntry, RoutesMessage } from '@beeline/core/contract';

/** Everything a gateway needs to answer, as it stood at one version; never changed, only replaced. */
export interface GatewaySnapshot {
  readonly version: number;
  hasWorkspace(name: string): boolean;
  findRoute(workspace: string, model: string, environment: string): RouteEntry | undefined;
  /** Names of the environments that the model is deployed in, sorted; empty when there is no such model. */
  environmentsOf(workspace: string, model: string): readonly string[];
  /** By SHA-256 of the presented key, lowercase hex. */
  findKey(hash: string): KeyEntry | undefined;
  /** By its id: whether the key is still there, and until when. */
  findKeyById(id: string): KeyEntry | undefined;
}

type RoutesByEnvironment = Map<string, RouteEntry>;

/** Arranges a message for look-ups. */
export function buildSnapshot(message: RoutesMessage): GatewaySnapshot {
  const workspaces = new Set(message.workspaces);
  const keys = new Map(message.keys.map((key) => [key.hash, key]));
  const keysById = new Map(message.keys.map((key) => [key.id, key]));
  const routes = new Map<string, Map<string, RoutesByEnvironment>>();
  for (const route of message.routes) {
    const models = routes.get(route.workspace) ?? new Map<string, RoutesByEnvironment>();
    const environments = models.get(route.model) ?? new Map<string, RouteEntry>();
    environments.set(route.environment, route);
    models.set(route.model, environments);
    routes.set(route.workspace, models);
  }
  return {
    version: message.version,
    hasWorkspace: (name) => workspaces.has(name),
    findRoute: (workspace, model, environment) => routes.get(workspace)?.get(model)?.get(environment),
    environmentsOf: (workspace, model) => [...(routes.get(workspace)?.get(model)?.keys() ?? [])].sort(),
    findKey: (hash) => keys.get(hash),
    findKeyById: (id) => keysById.get(id),
  };
}
