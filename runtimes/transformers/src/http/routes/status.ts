import type { Engine } from '../../engine/engine.ts';
import type { Exchange } from '../exchange.ts';

const healthWords = { loading: 'loading', ready: 'ok', draining: 'draining' } as const;

/** 200 once the model answers; 503 while it loads and while the server ends. */
export function health(engine: Engine, exchange: Exchange): void {
  const state = engine.state();
  exchange.json(state === 'ready' ? 200 : 503, { status: healthWords[state] });
}

/** The numbers of this process for Prometheus. */
export function metrics(engine: Engine, exchange: Exchange): void {
  exchange.text(200, 'text/plain; version=0.0.4; charset=utf-8', engine.metrics.render());
}

/** What is served, how long each phase of the start took (milliseconds), and the limits. */
export function info(engine: Engine, exchange: Exchange): void {
  const { config } = engine;
  const model = engine.model();
  const round = (ms: number): number => Math.round(ms * 10) / 10;
  exchange.json(200, {
    runtime: 'transformers',
    status: engine.state(),
    model: config.modelName,
    task: model?.plan.task ?? config.task,
    dtype: model?.plan.dtype ?? config.dtype,
    reasons: model?.plan.reasons ?? [],
    architecture: model?.facts.architectures[0] ?? null,
    labels: model?.facts.labels ?? [],
    timings:
      model === null
        ? null
        : {
            startMs: round(model.startMs),
            importMs: round(model.session.timings.importMs),
            sessionMs: round(model.session.timings.sessionMs),
            warmUpMs: round(model.session.timings.warmUpMs),
            loadMs: round(model.readyMs - model.startMs),
            readyMs: round(model.readyMs),
          },
    limits: {
      maxTokens: model?.session.maxTokens ?? null,
      maxInputs: config.maxInputs,
      maxBatch: config.maxBatch,
      maxWaiting: config.maxWaiting,
      maxBodyBytes: config.maxBodyBytes,
      defaultNewTokens: config.defaultNewTokens,
      workTimeoutMs: config.workTimeoutMs,
      threads: config.threads,
    },
  });
}

/** The list of one model that OpenAI clients ask for. */
export function listModels(engine: Engine, exchange: Exchange): void {
  const model = { id: engine.config.modelName, object: 'model', created: 0, owned_by: 'beeline' };
  exchange.json(200, { object: 'list', data: [model] });
}
