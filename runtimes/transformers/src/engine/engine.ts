import type { ModelFacts } from '../model/model-facts.ts';
import type { ModelPlan } from '../model/plan-model.ts';
import type { Batcher } from '../session/batcher.ts';
import type { GenerationQueue } from '../session/generation-queue.ts';
import type { Session } from '../session/start-model-thread.ts';
import type { EngineConfig } from './engine-config.ts';
import { EngineError } from './engine-error.ts';
import type { EngineMetrics } from './engine-metrics.ts';

/** A model that answers, and the two ways to give it work. */
export interface LoadedModel {
  readonly facts: ModelFacts;
  readonly plan: ModelPlan;
  readonly session: Session;
  readonly batcher: Batcher;
  readonly generations: GenerationQueue;
  /** Milliseconds from the start of the process, or from the claim of one that waited, until /health was answered, and until the model was. */
  readonly startMs: number;
  readonly readyMs: number;
}

/** What the routes see of the process. */
export interface Engine {
  readonly config: EngineConfig;
  readonly metrics: EngineMetrics;
  state(): 'loading' | 'ready' | 'draining';
  model(): LoadedModel | null;
}

/**
 * The loaded model, for a route that works with it.
 * @throws EngineError LOADING or DRAINING when it takes no work now.
 */
export function requireModel(engine: Engine): LoadedModel {
  if (engine.state() === 'draining') {
    throw new EngineError('DRAINING', 'this server is shutting down; send the request again', {
      retryAfterSeconds: 1,
    });
  }
  const model = engine.model();
  if (model === null) throw new EngineError('LOADING', 'the model is loading', { retryAfterSeconds: 1 });
  return model;
}
