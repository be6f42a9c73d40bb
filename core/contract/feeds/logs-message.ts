import { type Static, Type } from 'typebox';
import type { DeepReadonly } from '../../base/index.ts';
import { nameField, timeField } from './field-schemas.ts';
import { createMessageReader } from './read-message.ts';

const logLine = Type.Object({
  at: timeField,
  workspace: nameField,
  model: nameField,
  environment: nameField,
  revision: nameField,
  replica: nameField,
  source: Type.Enum(['stdout', 'stderr', 'platform']),
  message: Type.String(),
});

const logsMessageSchema = Type.Object({
  location: nameField,
  lines: Type.Array(logLine),
});

/** One line that a runtime wrote, or that the location wrote about it. */
export type LogLineMessage = DeepReadonly<Static<typeof logLine>>;

/** POST logs. */
export type LogsMessage = DeepReadonly<Static<typeof logsMessageSchema>>;

export const readLogsMessage = createMessageReader(logsMessageSchema, { lines: [] });
