import { type Static, Type } from 'typebox';
import { type Metadata, metadataSchema, resourceName } from '../metadata.ts';
import type { ResourceEvent, ResourceStatus } from '../status.ts';

/** A stage that bundles policies, as a user writes it. */
export const environmentSchema = Type.Object(
  {
    apiVersion: Type.Optional(Type.String()),
    kind: Type.Optional(Type.Literal('Environment')),
    metadata: metadataSchema,
    spec: Type.Optional(
      Type.Object(
        { policies: Type.Optional(Type.Array(resourceName, { maxItems: 50 })) },
        { additionalProperties: false },
      ),
    ),
    status: Type.Optional(Type.String({ readOnly: true })),
    events: Type.Optional(Type.Array(Type.Unknown(), { readOnly: true })),
  },
  { additionalProperties: false },
);

export type EnvironmentInput = Static<typeof environmentSchema>;

/** An environment as the API returns it. */
export interface Environment {
  readonly metadata: Metadata;
  readonly spec: { readonly policies: readonly string[] };
  readonly status: ResourceStatus;
  readonly events: readonly ResourceEvent[];
}

/** Environments that exist from the start and cannot be deleted. */
export const builtInEnvironments = ['production', 'development'] as const;
export const defaultEnvironment = 'production';
