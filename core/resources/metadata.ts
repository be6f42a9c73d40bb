import { type Static, Type } from 'typebox';
import { documentLimits } from './document-limits.ts';

/** Lowercase letters, digits and hyphens, beginning and ending with a letter or digit; at most 49 characters. */
export const resourceName = Type.String({
  minLength: 1,
  maxLength: 49,
  pattern: '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$',
  'x-rule': 'must be lowercase letters, digits and hyphens, beginning and ending with a letter or digit',
  description: 'Lowercase letters, digits and hyphens, at most 49 characters',
});

const readOnly = { readOnly: true } as const;

/** Metadata as a user sends it. Read-only fields may be sent back as they were received; only `generation` matters: it must still be the current one. */
export const metadataSchema = Type.Object(
  {
    name: resourceName,
    displayName: Type.Optional(Type.String({ minLength: 1, maxLength: 63 })),
    labels: Type.Optional(
      Type.Record(Type.String({ pattern: '^[^]{1,317}$' }), Type.String({ maxLength: 255 }), {
        additionalProperties: false,
        maxProperties: documentLimits.labels,
        'x-names': 'must have a name of 1 to 317 characters',
        description: `Free keys and values of yours, at most ${documentLimits.labels}`,
      }),
    ),
    workspace: Type.Optional(Type.String(readOnly)),
    generation: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'Counts what users changed, labels and names included; when sent it must be the current one (409 otherwise)',
      }),
    ),
    url: Type.Optional(Type.String(readOnly)),
    createdAt: Type.Optional(Type.String(readOnly)),
    createdBy: Type.Optional(Type.String(readOnly)),
    updatedAt: Type.Optional(Type.String(readOnly)),
    updatedBy: Type.Optional(Type.String(readOnly)),
  },
  { additionalProperties: false },
);

export type MetadataInput = Static<typeof metadataSchema>;

/** Metadata as the API returns it. */
export interface Metadata {
  readonly name: string;
  readonly displayName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly workspace: string;
  readonly generation: number;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly createdBy: string;
  readonly updatedAt: string;
  readonly updatedBy: string;
}
