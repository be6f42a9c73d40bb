import { completeEnvs, type ModelEnv, type SecretIds } from './envs.ts';
import type { ModelSpecInput, ScalingMetric } from './schema.ts';

/** A spec with every default filled in, as the store keeps it. */
export interface ModelSpec<E = ModelEnv> {
  readonly enabled: boolean;
  readonly policies: readonly string[];
  readonly flavors: readonly { readonly name: string; readonly type: 'cpu' | 'gpu' }[];
  readonly runtime: {
    readonly type: 'directory';
    readonly model: string;
    /** Absent: whatever files are there when a revision is made. */
    readonly modelDigest?: string;
    readonly engine: 'transformers';
    readonly task?: 'text-classification' | 'feature-extraction' | 'text-generation';
    readonly dtype?: 'fp32' | 'q8';
    readonly envs: readonly E[];
    readonly startTimeout: string;
    readonly generation: 'process';
  };
  readonly serverlessConfig: {
    readonly minNumReplicas: number;
    readonly maxNumReplicas: number;
    readonly metric: ScalingMetric;
    readonly target: string;
    readonly stableWindow: string;
    readonly scaleUpMinimum: number;
    /** Absent, these two follow what a start was measured to cost. */
    readonly scaleDownDelay?: string;
    readonly lastPodRetentionPeriod?: string;
    /** Absent, it is what the location is set to. */
    readonly drainTimeout?: string;
  };
}

const defaultTargets: Record<ScalingMetric, string> = {
  concurrency: '8',
  rps: '10',
  cpu: '70',
  memory: '1024',
};

/** A spec of whichever release: fields that were added later are missing. */
export type IncompleteModelSpec = Omit<ModelSpecInput, 'runtime'> & {
  readonly runtime: Omit<ModelSpecInput['runtime'], 'envs'> & { readonly envs?: readonly ModelEnv[] };
};

/**
 * Fills in what the user left out.
 * @param secretIds The sealed value of each variable that is secret.
 */
export function defaultModelSpec(input: ModelSpecInput, secretIds: SecretIds = {}): ModelSpec {
  const envs = completeEnvs(input.runtime.envs ?? [], secretIds);
  return completeModelSpec({ ...input, runtime: { ...input.runtime, envs } });
}

/** Fills in every field that is missing. A stored spec of before there was a field gets its default too. */
export function completeModelSpec(input: IncompleteModelSpec): ModelSpec {
  const { runtime, serverlessConfig: scaling = {} } = input;
  return {
    enabled: input.enabled ?? true,
    policies: input.policies ?? [],
    flavors: input.flavors ?? [],
    runtime: {
      type: runtime.type ?? 'directory',
      model: runtime.model,
      ...(runtime.modelDigest === undefined ? {} : { modelDigest: runtime.modelDigest }),
      engine: runtime.engine ?? 'transformers',
      ...(runtime.task === undefined ? {} : { task: runtime.task }),
      ...(runtime.dtype === undefined ? {} : { dtype: runtime.dtype }),
      envs: runtime.envs ?? [],
      startTimeout: runtime.startTimeout ?? '120s',
      generation: runtime.generation ?? 'process',
    },
    serverlessConfig: {
      minNumReplicas: scaling.minNumReplicas ?? 0,
      maxNumReplicas: scaling.maxNumReplicas ?? Math.max(4, scaling.minNumReplicas ?? 0),
      metric: scaling.metric ?? 'concurrency',
      target: scaling.target ?? defaultTargets[scaling.metric ?? 'concurrency'],
      stableWindow: scaling.stableWindow ?? '60s',
      scaleUpMinimum: scaling.scaleUpMinimum ?? 1,
      ...(scaling.scaleDownDelay === undefined ? {} : { scaleDownDelay: scaling.scaleDownDelay }),
      ...(scaling.lastPodRetentionPeriod === undefined
        ? {}
        : { lastPodRetentionPeriod: scaling.lastPodRetentionPeriod }),
      ...(scaling.drainTimeout === undefined ? {} : { drainTimeout: scaling.drainTimeout }),
    },
  };
}
