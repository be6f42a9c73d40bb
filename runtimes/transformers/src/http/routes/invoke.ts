import type { Engine, LoadedModel } from '../../engine/engine.ts';
import type { Exchange } from '../exchange.ts';
import { readFields } from '../fields.ts';
import { classify } from './classify.ts';
import { extractFeatures } from './embed.ts';
import { generateText } from './generate.ts';

/** `POST /`: `{"inputs": string | list | object, "parameters"?: object}`, read as the model's task does. */
export async function invoke(engine: Engine, model: LoadedModel, exchange: Exchange): Promise<void> {
  const body = readFields(await exchange.readJson(), 'body', ['inputs', 'parameters']);
  const run = {
    'text-classification': classify,
    'feature-extraction': extractFeatures,
    'text-generation': generateText,
  }[model.plan.task];
  await run(engine, model, exchange, body);
}
