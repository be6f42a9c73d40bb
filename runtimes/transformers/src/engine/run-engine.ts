import { lstat, unlink } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createEngineServer } from '../http/create-engine-server.ts';
import { type ModelThread, startModelThread } from '../session/start-model-thread.ts';
import type { Engine, LoadedModel } from './engine.ts';
import type { EngineConfig } from './engine-config.ts';
import { createEngineMetrics } from './engine-metrics.ts';
import { logStep } from './log-step.ts';

/**
 * What to serve, and since when the caller waits, on the clock of `performance.now()`. It gets the thread that has
 * begun to import the library.
 */
type GetConfig = (
  thread: ModelThread,
) => { config: EngineConfig; since: number } | Promise<{ config: EngineConfig; since: number }>;

/** The engine while it runs. */
export interface RunningEngine {
  /** Takes no new work, finishes what it has, then lets `ended` resolve. */
  drain(): void;
  /** Resolves after a drain; rejects with one clear sentence when loading or the model fails. */
  readonly ended: Promise<void>;
}

/**
 * Answers /health at once, loads the model beside it, and serves until drained. What is only needed once the model
 * answers is imported meanwhile.
 */
export async function runEngine(getConfig: GetConfig): Promise<RunningEngine> {
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  const thread = startModelThread((reason) => reject(new Error(reason)));
  const { config, since } = await getConfig(thread);
  let state: 'loading' | 'ready' | 'draining' = 'loading';
  let model: LoadedModel | null = null;
  const current = (): LoadedModel | null => model;
  const metrics = createEngineMetrics({
    waiting: () => (current()?.batcher.waiting() ?? 0) + (current()?.generations.waiting() ?? 0),
    running: () => (current()?.batcher.running() ?? 0) + (current()?.generations.running() ?? 0),
    ready: () => state === 'ready',
    loadSeconds: () => describeSeconds(current()),
  });
  const engine: Engine = { config, metrics, state: () => state, model: current };
  const server = createEngineServer(engine);
  await removeStaleSocket(config.socketPath);
  await listen(server, config.socketPath);
  const startMs = performance.now() - since;
  logStep('listening', { socket: config.socketPath, ms: Math.round(startMs) });

  const load = async (): Promise<void> => {
    const { loadServedModel } = await import('./load-served-model.ts');
    const loaded = await loadServedModel(config, metrics, thread, { since, startMs });
    model = loaded;
    if (state === 'loading') state = 'ready';
    const { task, dtype } = loaded.plan;
    const { importMs, sessionMs, warmUpMs } = loaded.session.timings;
    const phases = {
      importMs: Math.round(importMs),
      sessionMs: Math.round(sessionMs),
      warmUpMs: Math.round(warmUpMs),
    };
    logStep('model_loaded', {
      model: config.modelName,
      task,
      dtype,
      ms: Math.round(loaded.readyMs),
      ...phases,
    });
  };
  const loading = load().catch(reject);

  return {
    ended,
    drain() {
      if (state === 'draining') return;
      state = 'draining';
      logStep('draining', { graceMs: config.drainMs });
      const overdue = setTimeout(
        () => reject(new Error(`requests were still running ${config.drainMs} ms after the signal to stop`)),
        config.drainMs,
      );
      server.close(() => {
        void loading
          .then(() => current()?.session.close())
          .then(() => {
            clearTimeout(overdue);
            logStep('stopped');
            resolve();
          }, reject);
      });
    },
  };
}

function describeSeconds(model: LoadedModel | null): Record<string, number> {
  if (model === null) return {};
  const { importMs, sessionMs, warmUpMs } = model.session.timings;
  const { startMs } = model;
  return {
    start: startMs / 1000,
    import: importMs / 1000,
    session: sessionMs / 1000,
    warm_up: warmUpMs / 1000,
  };
}

/** A socket file that a killed process left behind would make listening fail. */
async function removeStaleSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (found?.isSocket() === true) await unlink(path);
}

function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
