import { type Static, Type } from 'typebox';

const text = Type.String();

const keys = {
  keys: Type.Array(
    Type.Object({
      id: Type.String({ description: 'Follows from the key and does not tell it' }),
      state: Type.Enum(['current', 'former', 'missing'], {
        description: 'current: seals new values. missing: values need it, and the platform does not have it',
      }),
      values: Type.Integer({ minimum: 0, description: 'Values that need it, of all workspaces' }),
    }),
    { description: 'The current one first' },
  ),
  unreadable: Type.Array(Type.Object({ model: text, environment: text, variable: text, key: text }), {
    description: 'Values of this workspace whose key is missing',
  }),
};

/** The keys that secret values are sealed with; never a key itself. */
export const secretsKeysBody = Type.Object(keys, { title: 'SecretsKeys' });
export type SecretsKeysBody = Static<typeof secretsKeysBody>;

export const secretsRotationBody = Type.Object(
  {
    newKey: Type.Boolean({ description: 'false: keys are given by settings, and the first of them counts' }),
    rewrapped: Type.Integer({ minimum: 0, description: 'Values that were put under the current key' }),
    ...keys,
  },
  { title: 'SecretsRotation' },
);
export type SecretsRotationBody = Static<typeof secretsRotationBody>;
