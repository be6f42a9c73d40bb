import { type Static, Type } from 'typebox';

/** A hardware type: `{name: x86, type: cpu}`. */
export const flavorSchema = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 49 }), type: Type.Enum(['cpu', 'gpu']) },
  { additionalProperties: false },
);

export type Flavor = Static<typeof flavorSchema>;
