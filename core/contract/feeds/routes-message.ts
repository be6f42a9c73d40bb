import { type Static, Type } from 'typebox';
import type { DeepReadonly } from '../../base/index.ts';
import { countField, nameField, orNull, timeField } from './field-schemas.ts';
import { createMessageReader } from './read-message.ts';

const routeTarget = Type.Object({
  revision: nameField,
  weight: Type.Number({ minimum: 0 }),
  /** Names of the locations that may serve it. */
  locations: Type.Array(nameField),
});

const routeEntry = Type.Object({
  workspace: nameField,
  model: nameField,
  environment: nameField,
  state: Type.Enum(['serving', 'deactivated', 'unavailable']),
  /** Public sentence that says why it is not serving. */
  reason: orNull(Type.String()),
  /** Whether it may serve again without anybody changing it. */
  retryable: Type.Boolean(),
  /** Weights sum to 100 while serving; empty otherwise. */
  targets: Type.Array(routeTarget),
});

const keyEntry = Type.Object({
  id: nameField,
  /** SHA-256 of the whole key, lowercase hex. */
  hash: nameField,
  /** Workspaces it is good for. */
  workspaces: Type.Array(nameField),
  role: Type.Enum(['admin', 'member']),
  /** Milliseconds since 1970; null never expires. */
  expiresAt: orNull(timeField),
});

const routesMessageSchema = Type.Object({
  version: countField,
  workspaces: Type.Array(nameField),
  routes: Type.Array(routeEntry),
  keys: Type.Array(keyEntry),
});

export type RouteTarget = DeepReadonly<Static<typeof routeTarget>>;

/** A deployment as the gateways see it. */
export type RouteEntry = DeepReadonly<Static<typeof routeEntry>>;

/** An API key as the gateways know it: never the key. */
export type KeyEntry = DeepReadonly<Static<typeof keyEntry>>;

/** GET routes: everything a gateway needs to answer without control. */
export type RoutesMessage = DeepReadonly<Static<typeof routesMessageSchema>>;

export const readRoutesMessage = createMessageReader(routesMessageSchema, {
  routes: ['workspace', 'model', 'environment'],
  keys: ['id'],
});
