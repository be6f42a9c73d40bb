import { type Static, Type } from 'typebox';

/** What the public API answers besides resources, as JSON Schema and as types. */

const time = Type.String({ format: 'date-time' });
const text = Type.String();
const count = Type.Number({ minimum: 0 });
const textOrNull = Type.Union([text, Type.Null()]);

export const logLineBody = Type.Object(
  {
    id: Type.String({ description: 'Send the last one as `after` to get what came since' }),
    timestamp: time,
    message: text,
    severity: Type.Integer({ description: 'As in OpenTelemetry: 9 information, 17 error' }),
    source: Type.Enum(['stdout', 'stderr', 'platform']),
    revision: text,
    replica: text,
  },
  { title: 'LogLine' },
);
export type LogLineBody = Static<typeof logLineBody>;

export const executionBody = Type.Object(
  {
    id: text,
    workspace: text,
    model: text,
    environment: text,
    revision: textOrNull,
    location: textOrNull,
    replica: textOrNull,
    key: Type.String({ description: 'Id of the API key' }),
    startedAt: Type.Number({ description: 'Milliseconds since 1970' }),
    method: text,
    path: text,
    status: Type.Integer({ description: 'What the caller got; 0 when it went away before an answer' }),
    source: Type.Enum(['gateway', 'location', 'model']),
    errorCode: textOrNull,
    aborted: Type.Boolean(),
    timings: Type.Object({
      queueMs: count,
      startMs: count,
      loadMs: count,
      runMs: count,
      firstByteMs: Type.Union([count, Type.Null()]),
      totalMs: count,
    }),
    requestBytes: count,
    responseBytes: count,
    tokens: Type.Union([
      Type.Object({ input: count, output: count, estimated: Type.Boolean() }),
      Type.Null(),
    ]),
  },
  { title: 'Execution' },
);

export const workspaceBody = Type.Object(
  { id: text, name: text, displayName: text, status: Type.Literal('ready'), createdAt: time },
  { title: 'Workspace' },
);
export type WorkspaceBody = Static<typeof workspaceBody>;

const place = Type.Object({ name: text, displayName: text });

export const configurationBody = Type.Object(
  {
    continents: Type.Array(place),
    countries: Type.Array(place),
    privateLocations: Type.Array(Type.Object({ name: text })),
  },
  { title: 'Configuration' },
);
export type ConfigurationBody = Static<typeof configurationBody>;

const names = Type.Array(text);

/** Names of what a policy is attached to; `models` lists `name` and, outside production, `name@environment`. */
export const policyUsagesBody = Type.Object(
  {
    models: names,
    environments: names,
    agents: names,
    functions: names,
    jobs: names,
    sandboxes: names,
  },
  { title: 'PolicyUsages' },
);
export type PolicyUsagesBody = Static<typeof policyUsagesBody>;

export const apiKeyRequest = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 63 }),
    role: Type.Optional(Type.Enum(['admin', 'member'], { default: 'member' })),
    expires_in: Type.Optional(
      Type.String({
        pattern: '^(\\d+(s|m|h|d|w))+$',
        description: 'Such as 24h, 30d or 1w; never when absent',
      }),
    ),
  },
  { additionalProperties: false, title: 'ApiKeyRequest' },
);

export const apiKeyBody = Type.Object(
  {
    id: text,
    name: text,
    role: Type.Enum(['admin', 'member']),
    workspaces: names,
    createdAt: time,
    createdBy: text,
    expiresAt: Type.Union([time, Type.Null()]),
    apiKey: Type.Optional(Type.String({ description: 'The key itself: only in the answer that makes it' })),
  },
  { title: 'ApiKey' },
);
export type ApiKeyBody = Static<typeof apiKeyBody>;

export const errorBody = Type.Object(
  {
    error: Type.String({ description: 'Stable code' }),
    code: Type.Integer({ description: 'HTTP status' }),
    message: text,
    fields: Type.Optional(
      Type.Array(
        Type.Object({
          field: text,
          rule: text,
          received: Type.Optional(text),
          hint: Type.Optional(text),
        }),
      ),
    ),
    requestId: Type.Optional(text),
  },
  { title: 'Error' },
);
