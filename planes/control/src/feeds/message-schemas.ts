import { createParser } from '@beeline/core/resources';
import { Type } from 'typebox';

/*
 * What must hold of a message for the store to take it. Fields that only pass through are not looked into, and
 * unknown ones are let by: the sender may be one version ahead.
 */

const name = Type.String({ minLength: 1, maxLength: 200 });
const count = Type.Integer({ minimum: 0 });

const observedRevision = Type.Object({
  revision: name,
  proof: Type.Enum(['pending', 'proved', 'failed']),
  failure: Type.Union([
    Type.Null(),
    Type.Object({ code: name, message: Type.String(), logTail: Type.Array(Type.String()) }),
  ]),
  artifactDigest: Type.Union([Type.Null(), name]),
  replicas: Type.Object({
    requested: count,
    fetching: count,
    starting: count,
    ready: count,
    draining: count,
  }),
  inFlight: count,
  waiting: count,
  scaling: Type.Optional(
    Type.Object({
      desired: count,
      reason: Type.String({ maxLength: 2_000 }),
      changes: Type.Array(
        Type.Object({
          at: Type.Number({ minimum: 0 }),
          from: count,
          to: count,
          reason: Type.String({ maxLength: 2_000 }),
        }),
        { maxItems: 100 },
      ),
    }),
  ),
});

export const parseObservedMessage = createParser(
  Type.Object({
    location: name,
    assignmentsVersion: count,
    flavors: Type.Array(Type.Object({ name, type: Type.Enum(['cpu', 'gpu']) })),
    generations: Type.Array(name),
    revisions: Type.Array(observedRevision),
  }),
);

export const parseExecutionsMessage = createParser(
  Type.Object({
    gateway: name,
    batch: name,
    executions: Type.Array(
      Type.Object({
        id: name,
        workspace: name,
        model: name,
        environment: name,
        startedAt: Type.Number({ minimum: 0 }),
      }),
      { maxItems: 5_000 },
    ),
  }),
);

export const parseLogsMessage = createParser(
  Type.Object({
    location: name,
    lines: Type.Array(
      Type.Object({
        at: Type.Number({ minimum: 0 }),
        workspace: name,
        model: name,
        environment: name,
        revision: name,
        replica: name,
        source: Type.Enum(['stdout', 'stderr', 'platform']),
        message: Type.String(),
      }),
    ),
  }),
);
