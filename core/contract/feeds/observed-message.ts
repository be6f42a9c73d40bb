import { type Static, Type } from 'typebox';
import type { DeepReadonly } from '../../base/index.ts';
import { countField, nameField, orNull, timeField } from './field-schemas.ts';
import { createMessageReader } from './read-message.ts';

const revisionFailure = Type.Object({
  /** One of `failureCodes`, or one of a newer version. */
  code: nameField,
  /** Public sentence. */
  message: Type.String(),
  /** The runtime's last lines, oldest first. */
  logTail: Type.Array(Type.String()),
});

const replicaCounts = Type.Object({
  requested: countField,
  fetching: countField,
  starting: countField,
  ready: countField,
  draining: countField,
});

/** Public sentence. */
const reason = Type.String({ maxLength: 2_000 });

const scalingChange = Type.Object({ at: timeField, from: countField, to: countField, reason });

const observedScaling = Type.Object({
  desired: countField,
  /** The rule that decided the present number. */
  reason,
  /** The last changes, oldest first; at most ten. */
  changes: Type.Array(scalingChange, { maxItems: 100 }),
});

const observedRevision = Type.Object({
  revision: nameField,
  proof: Type.Enum(['pending', 'proved', 'failed']),
  failure: orNull(revisionFailure),
  artifactDigest: orNull(nameField),
  replicas: replicaCounts,
  /** Requests that replicas work on. */
  inFlight: countField,
  /** Requests held for a replica. */
  waiting: countField,
  /** Absent from a location that has decided nothing yet. */
  scaling: Type.Optional(observedScaling),
});

const observedMessageSchema = Type.Object({
  location: nameField,
  /** Version of the assignments that this state follows. */
  assignmentsVersion: countField,
  flavors: Type.Array(Type.Object({ name: nameField, type: Type.Enum(['cpu', 'gpu']) })),
  generations: Type.Array(nameField),
  revisions: Type.Array(observedRevision),
});

/** Why a revision could not be made ready. */
export type RevisionFailure = DeepReadonly<Static<typeof revisionFailure>>;

export type ReplicaCounts = DeepReadonly<Static<typeof replicaCounts>>;

/** One change of the number of replicas that a location wants of a revision. */
export type ScalingChange = DeepReadonly<Static<typeof scalingChange>>;

/** How many replicas a location wants of a revision, and why. */
export type ObservedScaling = DeepReadonly<Static<typeof observedScaling>>;

export type ObservedRevision = DeepReadonly<Static<typeof observedRevision>>;

/** POST observed: the whole state of a location. */
export type ObservedMessage = DeepReadonly<Static<typeof observedMessageSchema>>;

export const readObservedMessage = createMessageReader(observedMessageSchema, { revisions: ['revision'] });
