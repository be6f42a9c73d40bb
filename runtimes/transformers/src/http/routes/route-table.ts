import type { Engine, LoadedModel } from '../../engine/engine.ts';
import type { Task } from '../../model/plan-model.ts';
import type { Exchange } from '../exchange.ts';
import { health, info, listModels, metrics } from './status.ts';

/** A route about the process, answered in every state. */
export interface StatusRoute {
  readonly kind: 'status';
  readonly run: (engine: Engine, exchange: Exchange) => void;
}

/** A route that gives the loaded model work; with a task it exists only for models of that task. */
export interface WorkRoute {
  readonly kind: 'work';
  readonly task: Task | null;
  readonly run: RunWork;
}

type RunWork = (engine: Engine, model: LoadedModel, exchange: Exchange) => Promise<void>;

const status = (run: StatusRoute['run']): StatusRoute => ({ kind: 'status', run });

const imports: Array<() => Promise<unknown>> = [];

/** A route whose code is imported while the model loads, so that /health does not wait for it. */
function work(task: Task | null, load: () => Promise<RunWork>): WorkRoute {
  let loading: Promise<RunWork> | null = null;
  const loadOnce = (): Promise<RunWork> => {
    loading ??= load();
    return loading;
  };
  imports.push(loadOnce);
  return { kind: 'work', task, run: async (...args) => (await loadOnce())(...args) };
}

/** Imports the code of every work route. */
export async function preloadRoutes(): Promise<void> {
  await Promise.all(imports.map((load) => load()));
}

/** Every route by path and method. */
export const routeTable: Readonly<Record<string, Readonly<Record<string, StatusRoute | WorkRoute>>>> = {
  '/health': { GET: status(health) },
  '/metrics': { GET: status(metrics) },
  '/info': { GET: status(info) },
  '/v1/models': { GET: status(listModels) },
  '/': {
    GET: status(health),
    POST: work(null, async () => (await import('./invoke.ts')).invoke),
  },
  '/v1/chat/completions': {
    POST: work('text-generation', async () => (await import('./completions.ts')).completeChat),
  },
  '/v1/completions': {
    POST: work('text-generation', async () => (await import('./completions.ts')).completeText),
  },
  '/v1/embeddings': {
    POST: work('feature-extraction', async () => (await import('./embed.ts')).embeddings),
  },
  '/embed': { POST: work('feature-extraction', async () => (await import('./embed.ts')).embed) },
};
