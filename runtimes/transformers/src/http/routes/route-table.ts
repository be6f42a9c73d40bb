import type { Engine, LoadedModel } from '../../engine/engine.ts';
import type { Task } from '../../model/plan-model.ts';
import type { Exchange } from '../exchange.ts';
import { completeChat, completeText } from './completions.ts';
import { embed, embeddings } from './embed.ts';
import { invoke } from './invoke.ts';
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
  readonly run: (engine: Engine, model: LoadedModel, exchange: Exchange) => Promise<void>;
}

const status = (run: StatusRoute['run']): StatusRoute => ({ kind: 'status', run });
const work = (task: Task | null, run: WorkRoute['run']): WorkRoute => ({ kind: 'work', task, run });

/** Every route by path and method. */
export const routeTable: Readonly<Record<string, Readonly<Record<string, StatusRoute | WorkRoute>>>> = {
  '/health': { GET: status(health) },
  '/metrics': { GET: status(metrics) },
  '/info': { GET: status(info) },
  '/v1/models': { GET: status(listModels) },
  '/': { GET: status(health), POST: work(null, invoke) },
  '/v1/chat/completions': { POST: work('text-generation', completeChat) },
  '/v1/completions': { POST: work('text-generation', completeText) },
  '/v1/embeddings': { POST: work('feature-extraction', embeddings) },
  '/embed': { POST: work('feature-extraction', embed) },
};
