import { Type } from 'typebox';
import { flavorSchema, modelSpecSchema, policySpecSchema, resourceStatuses } from '../../resources/index.ts';

/*
 * What the public API answers for each kind, as JSON Schema: the published description is made of these, and tests
 * hold the real answers against them. The TypeScript shapes are those of `core/resources`.
 */

const time = Type.String({ format: 'date-time' });
const text = Type.String();

const metadata = {
  name: text,
  displayName: text,
  labels: Type.Record(Type.String(), Type.String()),
  workspace: text,
  generation: Type.Integer({ minimum: 1 }),
  createdAt: time,
  createdBy: text,
  updatedAt: time,
  updatedBy: text,
};

const status = Type.Enum([...resourceStatuses]);

const event = Type.Object({
  time,
  type: text,
  status,
  message: text,
  revision: Type.Optional(text),
});

const condition = Type.Object({
  type: text,
  status: Type.Enum(['True', 'False', 'Unknown']),
  reason: text,
  message: text,
  since: time,
});

const replicas = Type.Integer({ minimum: 0 });

const scaling = Type.Object({
  location: text,
  revision: text,
  desired: replicas,
  reason: Type.String({ description: 'The rule that decided the present number' }),
  changes: Type.Array(Type.Object({ time, from: replicas, to: replicas, reason: text }), {
    description: 'The last changes of the number, oldest first; at most ten',
  }),
});

const nullable = <T extends ReturnType<typeof Type.String>>(schema: T) => Type.Union([schema, Type.Null()]);

export const modelBody = Type.Object(
  {
    metadata: Type.Object({ ...metadata, environment: text, url: text }),
    spec: modelSpecSchema,
    status,
    events: Type.Array(event),
    observed: Type.Object({
      generation: Type.Integer({ minimum: 0 }),
      activeRevision: nullable(text),
      latestRevision: nullable(text),
      replicas: Type.Object({ starting: Type.Integer(), ready: Type.Integer(), draining: Type.Integer() }),
      conditions: Type.Array(condition),
      scaling: Type.Array(scaling, {
        description: 'How many replicas each location wants of each revision, and why, as last reported',
      }),
    }),
  },
  { title: 'Model' },
);

export const revisionBody = Type.Object(
  {
    id: text,
    number: Type.Integer({ minimum: 1 }),
    active: Type.Boolean(),
    canary: Type.Boolean(),
    previousActive: Type.Boolean(),
    status,
    reason: nullable(text),
    trafficPercent: Type.Number({ minimum: 0, maximum: 100 }),
    modelDigest: nullable(text),
    createdAt: time,
    createdBy: text,
  },
  { title: 'Revision' },
);

export const environmentBody = Type.Object(
  {
    metadata: Type.Object(metadata),
    spec: Type.Object({ policies: Type.Array(text) }),
    status,
    events: Type.Array(event),
  },
  { title: 'Environment' },
);

export const policyBody = Type.Object(
  { metadata: Type.Object(metadata), spec: policySpecSchema, status, events: Type.Array(event) },
  { title: 'Policy' },
);

export const locationBody = Type.Object(
  {
    location: text,
    displayName: text,
    country: nullable(text),
    continent: nullable(text),
    status: Type.Enum(['healthy', 'unreachable']),
    flavors: Type.Array(flavorSchema),
    generations: Type.Array(text),
  },
  { title: 'Location' },
);
