import { isDeepStrictEqual } from 'node:util';
import { type Static, Type } from 'typebox';
import { BeelineError, type DeepReadonly, parseDuration } from '../../base/index.ts';
import type { ModelSpec } from './defaults.ts';
import { isSecretEnv } from './envs.ts';
import { parseFileOrigin } from './parse-file-origin.ts';
import { scalingMetrics } from './schema.ts';

const milliseconds = Type.Number({ minimum: 0 });
const textOrNull = Type.Union([Type.String(), Type.Null()]);

/** Fields that are not known are let by: whoever wrote the template may be one version ahead. */
export const revisionTemplateSchema = Type.Object({
  origin: Type.Object({
    kind: Type.Literal('directory'),
    /** Absolute path. */
    path: Type.String({ minLength: 1 }),
  }),
  runtime: Type.Object({
    engine: Type.String({ minLength: 1 }),
    task: textOrNull,
    dtype: textOrNull,
    envs: Type.Record(Type.String(), Type.String()),
    /** Ids of the sealed values of variables that are secret; absent when there are none. */
    secretEnvs: Type.Optional(Type.Record(Type.String(), Type.String())),
    startTimeoutMs: milliseconds,
  }),
  /** A location that does not have it says so when it is to start a replica. */
  generation: Type.String({ minLength: 1 }),
});

export const scalingConfigSchema = Type.Object({
  minReplicas: Type.Integer({ minimum: 0 }),
  maxReplicas: Type.Integer({ minimum: 0 }),
  /** What `target` counts: requests at once, requests per second, percent of one processor, or MiB. */
  metric: Type.Enum([...scalingMetrics]),
  /** What one replica should have; may be fractional. */
  target: Type.Number({ exclusiveMinimum: 0 }),
  /** Replicas that are started when there is none. */
  scaleUpMinimum: Type.Integer({ minimum: 0 }),
  stableWindowMs: milliseconds,
  /** Null: follow the measured cost of a start. */
  scaleDownDelayMs: Type.Union([milliseconds, Type.Null()]),
  retentionMs: Type.Union([milliseconds, Type.Null()]),
});

/** The immutable part of a deployment: a change of it makes a new revision. */
export type RevisionTemplate = DeepReadonly<Static<typeof revisionTemplateSchema>>;

/** The bounds inside which a location scales a revision; a change of them makes no new revision. */
export type ScalingConfig = DeepReadonly<Static<typeof scalingConfigSchema>>;

/** A spec that was admitted has a good origin. */
function pathOf(model: string): string {
  const origin = parseFileOrigin(model);
  if (origin.ok) return origin.path;
  throw new BeelineError('INTERNAL_ERROR', { message: `spec.runtime.model ${origin.rule}` });
}

const ms = (text: string) => parseDuration(text) ?? 0;

function splitEnvs({ runtime }: ModelSpec): Pick<RevisionTemplate['runtime'], 'envs' | 'secretEnvs'> {
  const secret = runtime.envs.filter(isSecretEnv);
  const plain = runtime.envs.flatMap((env) => (isSecretEnv(env) ? [] : [[env.name, env.value]]));
  return {
    envs: Object.fromEntries(plain),
    // A template of a version that knew no secrets stays equal to one without any.
    ...(secret.length === 0
      ? {}
      : { secretEnvs: Object.fromEntries(secret.map(({ name, id }) => [name, id])) }),
  };
}

/** The template of a complete spec. */
export function buildRevisionTemplate(spec: ModelSpec): RevisionTemplate {
  const { runtime } = spec;
  return {
    origin: { kind: 'directory', path: pathOf(runtime.model) },
    runtime: {
      engine: runtime.engine,
      task: runtime.task ?? null,
      dtype: runtime.dtype ?? null,
      ...splitEnvs(spec),
      startTimeoutMs: ms(runtime.startTimeout),
    },
    generation: runtime.generation,
  };
}

/** A template of whichever release: fields may be missing, and there may be some that are not known. */
interface StoredTemplate {
  readonly origin: Partial<RevisionTemplate['origin']> & { readonly path: string };
  readonly runtime?: Partial<RevisionTemplate['runtime']>;
  readonly generation?: string;
}

type TemplateRuntime = RevisionTemplate['runtime'];

/** Every field has to be named, so that none is forgotten where templates are compared. */
type EveryField<T> = { readonly [Key in keyof T]-?: T[Key] | undefined };

function withoutAbsent(runtime: EveryField<TemplateRuntime>): TemplateRuntime {
  const there = Object.entries(runtime).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as unknown as TemplateRuntime;
}

/**
 * The fields that this program knows of a stored template. One that it lacks has the value that it meant before there
 * was the field, which is also what a spec that does not name it gets: so a new field rolls nothing out.
 */
export function completeRevisionTemplate({
  origin,
  runtime = {},
  generation,
}: StoredTemplate): RevisionTemplate {
  const { secretEnvs = {} } = runtime;
  return {
    origin: { kind: origin.kind ?? 'directory', path: origin.path },
    runtime: withoutAbsent({
      engine: runtime.engine ?? 'transformers',
      task: runtime.task ?? null,
      dtype: runtime.dtype ?? null,
      envs: runtime.envs ?? {},
      secretEnvs: Object.keys(secretEnvs).length === 0 ? undefined : secretEnvs,
      startTimeoutMs: runtime.startTimeoutMs ?? 120_000,
    }),
    generation: generation ?? 'process',
  };
}

/** Whether two templates mean the same replicas, whichever releases wrote them. */
export function isSameTemplate(one: StoredTemplate, other: StoredTemplate): boolean {
  return isDeepStrictEqual(completeRevisionTemplate(one), completeRevisionTemplate(other));
}

/** How long running requests of a complete spec may outlive the wish for their replica; null: as the location is set. */
export function buildDrainTimeoutMs({ serverlessConfig }: ModelSpec): number | null {
  return serverlessConfig.drainTimeout === undefined ? null : ms(serverlessConfig.drainTimeout);
}

/** The scaling bounds of a complete spec. */
export function buildScalingConfig(spec: ModelSpec): ScalingConfig {
  const scaling = spec.serverlessConfig;
  return {
    minReplicas: scaling.minNumReplicas,
    maxReplicas: scaling.maxNumReplicas,
    metric: scaling.metric,
    target: Number(scaling.target),
    scaleUpMinimum: scaling.scaleUpMinimum,
    stableWindowMs: ms(scaling.stableWindow),
    scaleDownDelayMs: scaling.scaleDownDelay === undefined ? null : ms(scaling.scaleDownDelay),
    retentionMs: scaling.lastPodRetentionPeriod === undefined ? null : ms(scaling.lastPodRetentionPeriod),
  };
}
