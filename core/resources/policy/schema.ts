import { type Static, Type } from 'typebox';
import { flavorSchema } from '../flavor.ts';
import { type Metadata, metadataSchema } from '../metadata.ts';
import type { ResourceEvent, ResourceStatus } from '../status.ts';

export const policyTypes = ['location', 'flavor', 'maxToken'] as const;

const limit = (description: string) => Type.Optional(Type.Integer({ minimum: 0, description }));

export const policySpecSchema = Type.Object(
  {
    type: Type.Enum([...policyTypes]),
    resourceTypes: Type.Optional(
      Type.Array(Type.Enum(['model']), { description: 'Kinds it applies to; all when empty' }),
    ),
    locations: Type.Optional(
      Type.Array(
        Type.Object(
          {
            type: Type.Enum(['location', 'country', 'continent']),
            name: Type.String({ minLength: 1, maxLength: 49 }),
          },
          { additionalProperties: false },
        ),
        { maxItems: 200 },
      ),
    ),
    flavors: Type.Optional(Type.Array(flavorSchema, { maxItems: 100 })),
    maxTokens: Type.Optional(
      Type.Object(
        {
          granularity: Type.Enum(['minute', 'hour', 'day', 'month']),
          step: Type.Optional(
            Type.Integer({ minimum: 1, maximum: 1000, description: 'Windows are step x granularity long' }),
          ),
          input: limit('Input tokens per window; 0 is not evaluated'),
          output: limit('Output tokens per window; 0 is not evaluated'),
          total: limit('Tokens per window; 0 is not evaluated'),
          ratioInputOverOutput: limit('Input over output; 0 is not evaluated'),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

/** The allowed options for one aspect, as a user writes it. */
export const policySchema = Type.Object(
  {
    apiVersion: Type.Optional(Type.String()),
    kind: Type.Optional(Type.Literal('Policy')),
    metadata: metadataSchema,
    spec: policySpecSchema,
    status: Type.Optional(Type.String({ readOnly: true })),
    events: Type.Optional(Type.Array(Type.Unknown(), { readOnly: true })),
  },
  { additionalProperties: false },
);

export type PolicyInput = Static<typeof policySchema>;
export type PolicySpec = Static<typeof policySpecSchema>;

/** A policy as the API returns it. */
export interface Policy {
  readonly metadata: Metadata;
  readonly spec: PolicySpec;
  readonly status: ResourceStatus;
  readonly events: readonly ResourceEvent[];
}
