import { type Static, Type } from 'typebox';
import type { DeepReadonly } from '../../base/index.ts';
import { countField, nameField, orNull, timeField } from './field-schemas.ts';
import { createMessageReader } from './read-message.ts';

const durationField = Type.Number();

const executionTimings = Type.Object({
  /** Held although a replica was not being started for it: the queue. */
  queueMs: durationField,
  /** Fetching files and starting the process, as far as this request waited for it. */
  startMs: durationField,
  /** Loading the model, as far as this request waited for it. */
  loadMs: durationField,
  /** From handing the request to the replica until the last byte of its answer. */
  runMs: durationField,
  /** From the request's arrival until the first byte of the answer; null when there was none. */
  firstByteMs: orNull(durationField),
  totalMs: durationField,
});

const executionRecord = Type.Object({
  id: nameField,
  workspace: nameField,
  model: nameField,
  environment: nameField,
  revision: orNull(nameField),
  location: orNull(nameField),
  replica: orNull(nameField),
  /** Id of the API key. */
  key: nameField,
  startedAt: timeField,
  method: nameField,
  path: Type.String(),
  /** What the caller got; 0 when it went away before an answer. */
  status: countField,
  /** Who made the answer. */
  source: Type.Enum(['gateway', 'location', 'model']),
  errorCode: orNull(nameField),
  /** The caller went away, or the upstream broke, before the answer was complete. */
  aborted: Type.Boolean(),
  timings: executionTimings,
  requestBytes: countField,
  responseBytes: countField,
  tokens: orNull(Type.Object({ input: countField, output: countField, estimated: Type.Boolean() })),
});

const executionsMessageSchema = Type.Object({
  gateway: nameField,
  /** Makes a repeated delivery harmless. */
  batch: nameField,
  executions: Type.Array(executionRecord, { maxItems: 5_000 }),
});

/** Where the time of one execution went, in milliseconds; the parts do not overlap. */
export type ExecutionTimings = DeepReadonly<Static<typeof executionTimings>>;

/** One invocation: what `GET /v0/executions/{id}` shows. */
export type ExecutionRecord = DeepReadonly<Static<typeof executionRecord>>;

/** POST executions. */
export type ExecutionsMessage = DeepReadonly<Static<typeof executionsMessageSchema>>;

export const readExecutionsMessage = createMessageReader(executionsMessageSchema, { executions: ['id'] });
