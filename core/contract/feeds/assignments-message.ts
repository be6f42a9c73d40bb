import { type Static, Type } from 'typebox';
import type { DeepReadonly } from '../../base/index.ts';
import { revisionTemplateSchema, scalingConfigSchema } from '../../resources/index.ts';
import { countField, nameField, orNull } from './field-schemas.ts';
import { createMessageReader } from './read-message.ts';

const revisionAssignment = Type.Object({
  revision: nameField,
  number: countField,
  workspace: nameField,
  model: nameField,
  environment: nameField,
  /** `retire`: finish what runs and take late requests, keep nothing warm; the assignment goes once it is idle. */
  purpose: Type.Enum(['serve', 'retire']),
  /** `needed`: start one replica at once and report whether it became ready. */
  proof: Type.Enum(['needed', 'done']),
  /**
   * Counts the tries after failures at this location: another number asks for one more proof. Absent for the first,
   * and from an older control plane.
   */
  attempt: Type.Optional(countField),
  template: revisionTemplateSchema,
  /**
   * Values of the template's `secretEnvs` by variable, sealed for the location that is told, in the context
   * [revision, variable]. One that control cannot open is missing. Absent in the store.
   */
  sealedEnvs: Type.Optional(Type.Record(Type.String(), Type.String())),
  /** Digest that the files must have, once a location has reported one; null before. */
  artifactDigest: orNull(nameField),
  scaling: scalingConfigSchema,
  /** How long running requests may outlive the wish for their replica; null: as the location is set. */
  drainTimeoutMs: orNull(Type.Number({ minimum: 0 })),
  /**
   * Who named the directory of the model: one that the owner of the platform named may lie outside the location's roots.
   * A control of before release 0.2 does not say it: it let everybody name every directory.
   */
  originNamedBy: Type.Optional(Type.Enum(['owner', 'other'])),
});

const assignmentsMessageSchema = Type.Object({
  version: countField,
  location: nameField,
  revisions: Type.Array(revisionAssignment),
});

/** A revision that a location has to be able to serve. */
export type RevisionAssignment = DeepReadonly<Static<typeof revisionAssignment>>;

/** GET assignments: everything a location needs to work without control. */
export type AssignmentsMessage = DeepReadonly<Static<typeof assignmentsMessageSchema>>;

export const readAssignmentsMessage = createMessageReader(assignmentsMessageSchema, {
  revisions: ['revision'],
});
