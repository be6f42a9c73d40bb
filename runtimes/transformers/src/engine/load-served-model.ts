import { preloadRoutes } from '../http/routes/route-table.ts';
import { readModelFacts } from '../model/model-facts.ts';
import { planModel } from '../model/plan-model.ts';
import { createBatcher } from '../session/batcher.ts';
import { createGenerationQueue } from '../session/generation-queue.ts';
import type { ModelThread } from '../session/start-model-thread.ts';
import type { LoadedModel } from './engine.ts';
import type { EngineConfig } from './engine-config.ts';
import type { EngineMetrics } from './engine-metrics.ts';

/**
 * Looks at the model's files, has the thread load it, and puts the queues in front of it.
 * @throws Error with one clear sentence when the files are wrong or loading fails.
 */
export async function loadServedModel(
  config: EngineConfig,
  metrics: EngineMetrics,
  thread: ModelThread,
  { since, startMs }: { readonly since: number; readonly startMs: number },
): Promise<LoadedModel> {
  const facts = await readModelFacts(config.modelDirectory);
  const plan = planModel(facts, config);
  const { modelDirectory, threads, defaultNewTokens } = config;
  const { task, dtype, file } = plan;
  const [session] = await Promise.all([
    thread.load({ modelDirectory, task, dtype, file, threads, defaultNewTokens }),
    preloadRoutes(),
  ]);
  const batcher = createBatcher({
    run: async (items) => {
      const outcomes = await session.encode(items);
      for (const outcome of outcomes) if ('tokens' in outcome) metrics.promptTokens.add(outcome.tokens);
      return outcomes;
    },
    maxBatch: config.maxBatch,
    maxWaiting: config.maxWaiting === 0 ? 1024 : config.maxWaiting,
    onBatch: (size) => metrics.batchSize.observe(size),
  });
  const generations = createGenerationQueue(
    async (prompt, options, listener, signal) => {
      const generated = await session.generate(prompt, options, listener, signal);
      metrics.promptTokens.add(generated.promptTokens);
      metrics.completionTokens.add(generated.completionTokens);
      if (generated.finishReason === 'aborted') metrics.aborted.add(1);
      return generated;
    },
    config.maxWaiting === 0 ? 32 : config.maxWaiting,
  );
  return { facts, plan, session, batcher, generations, startMs, readyMs: performance.now() - since };
}
