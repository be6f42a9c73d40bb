import { BeelineError, parseDuration } from '../../base/index.ts';
import type { ModelSpec } from './defaults.ts';
import { parseFileOrigin } from './parse-file-origin.ts';
import type { ScalingMetric } from './schema.ts';

/** The immutable part of a deployment: a change of it makes a new revision. */
export interface RevisionTemplate {
  readonly origin: {
    readonly kind: 'directory';
    /** Absolute path. */
    readonly path: string;
  };
  readonly runtime: {
    readonly engine: string;
    readonly task: string | null;
    readonly dtype: string | null;
    readonly envs: Readonly<Record<string, string>>;
    readonly startTimeoutMs: number;
  };
  readonly generation: 'process';
}

/** The bounds inside which a location scales a revision; a change of them makes no new revision. */
export interface ScalingConfig {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  /** What `target` counts: requests at once, requests per second, percent of one processor, or MiB. */
  readonly metric: ScalingMetric;
  /** What one replica should have; may be fractional. */
  readonly target: number;
  /** Replicas that are started when there is none. */
  readonly scaleUpMinimum: number;
  readonly stableWindowMs: number;
  /** Null: follow the measured cost of a start. */
  readonly scaleDownDelayMs: number | null;
  readonly retentionMs: number | null;
}

/** A spec that was admitted has a good origin. */
function pathOf(model: string): string {
  const origin = parseFileOrigin(model);
  if (origin.ok) return origin.path;
  throw new BeelineError('INTERNAL_ERROR', { message: `spec.runtime.model ${origin.rule}` });
}

const ms = (text: string) => parseDuration(text) ?? 0;

/** The template of a complete spec. */
export function buildRevisionTemplate(spec: ModelSpec): RevisionTemplate {
  const { runtime } = spec;
  return {
    origin: { kind: 'directory', path: pathOf(runtime.model) },
    runtime: {
      engine: runtime.engine,
      task: runtime.task ?? null,
      dtype: runtime.dtype ?? null,
      envs: Object.fromEntries(runtime.envs.map(({ name, value }) => [name, value])),
      startTimeoutMs: ms(runtime.startTimeout),
    },
    generation: runtime.generation,
  };
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
