import { type TSchema, Type } from 'typebox';

/*
 * Fields that several messages have. Every feed is described once and checked by whoever sends and whoever receives.
 * The other side may be one version ahead or behind: fields that are not known are let by, and a field that came
 * after release 0.1 is optional, with a comment that says what its absence means.
 */

/** Text that a store can have as a key: short, and without zero characters. */
export const nameField = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: '^[^\\u0000]*$',
  'x-rule': 'must have no zero character',
});

export const countField = Type.Integer({ minimum: 0 });

/** Milliseconds since 1970. */
export const timeField = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

export const orNull = <S extends TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
