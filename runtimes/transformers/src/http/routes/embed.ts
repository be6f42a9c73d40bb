import type { Engine, LoadedModel } from '../../engine/engine.ts';
import type { Pooling } from '../../model/model-facts.ts';
import type { Encoded } from '../../session/messages.ts';
import type { Exchange } from '../exchange.ts';
import {
  type Fields,
  invalid,
  readBoolean,
  readChoice,
  readFields,
  readString,
  readStrings,
} from '../fields.ts';
import { countTokens } from './classify.ts';
import { readTexts } from './inputs.ts';

/**
 * Native feature extraction. One input gives one vector, several give a list of vectors; with pooling `none` each is a
 * list with one vector per token. Pooling and normalisation default to what the model's own modules say, else `mean`
 * without normalisation.
 */
export async function extractFeatures(
  engine: Engine,
  model: LoadedModel,
  exchange: Exchange,
  body: Fields,
): Promise<void> {
  const parameters = readFields(body.parameters ?? {}, 'parameters', ['pooling', 'normalize', 'truncation']);
  const pooling = readChoice(parameters, 'pooling', ['mean', 'cls', 'last', 'none'] satisfies Pooling[]);
  const normalize = readBoolean(parameters, 'normalize') ?? model.facts.normalize;
  const truncate = readBoolean(parameters, 'truncation') ?? false;
  const { items, single } = readTexts(body.inputs, engine.config.maxInputs);
  const chosen = pooling ?? model.facts.pooling ?? 'mean';
  const results = await model.batcher.encode(
    items.map((item) => ({ ...item, truncate, pooling: chosen })),
    exchange.signal,
  );
  const vectors = results.map((result) => {
    const rows = splitRows(result, normalize);
    return chosen === 'none' ? rows : rows[0];
  });
  exchange.json(200, single ? vectors[0] : vectors, {
    promptTokens: countTokens(results),
    completionTokens: 0,
  });
}

/** The request of text-embeddings-inference: `{inputs, normalize?, truncate?}` gives a list of vectors. */
export async function embed(engine: Engine, model: LoadedModel, exchange: Exchange): Promise<void> {
  const body = readFields(await exchange.readJson(), 'body', ['inputs', 'normalize', 'truncate']);
  const texts = readStrings(body, 'inputs', engine.config.maxInputs);
  const normalize = readBoolean(body, 'normalize') ?? true;
  const truncate = readBoolean(body, 'truncate') ?? false;
  const input = { field: 'inputs', texts };
  const { vectors, tokens } = await embedTexts(model, exchange, input, { normalize, truncate });
  exchange.json(200, vectors, { promptTokens: tokens, completionTokens: 0 });
}

/** The request of OpenAI: `{input, encoding_format?}`; vectors have length 1. */
export async function embeddings(engine: Engine, model: LoadedModel, exchange: Exchange): Promise<void> {
  const body = readFields(await exchange.readJson(), 'body', [
    'input',
    'model',
    'encoding_format',
    'dimensions',
    'user',
  ]);
  readString(body, 'model');
  readString(body, 'user');
  const format = readChoice(body, 'encoding_format', ['float', 'base64']) ?? 'float';
  const texts = readStrings(body, 'input', engine.config.maxInputs);
  const choices = { normalize: true, truncate: false };
  const named = { field: 'input', texts };
  const { vectors, tokens } = await embedTexts(model, exchange, named, choices);
  const dimensions = body.dimensions ?? vectors[0]?.length;
  if (dimensions !== vectors[0]?.length) {
    throw invalid('dimensions', `must be ${vectors[0]?.length}, the only size of this model`, dimensions);
  }
  const data = vectors.map((vector, index) => ({
    object: 'embedding',
    index,
    embedding: format === 'float' ? vector : Buffer.from(Float32Array.from(vector).buffer).toString('base64'),
  }));
  exchange.json(
    200,
    {
      object: 'list',
      data,
      model: engine.config.modelName,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    },
    { promptTokens: tokens, completionTokens: 0 },
  );
}

async function embedTexts(
  model: LoadedModel,
  exchange: Exchange,
  { field, texts }: { field: string; texts: readonly string[] },
  { normalize, truncate }: { normalize: boolean; truncate: boolean },
): Promise<{ vectors: number[][]; tokens: number }> {
  const pooling = model.facts.pooling ?? 'mean';
  const nameOf = (index: number) => (texts.length === 1 ? field : `${field}[${index}]`);
  const items = texts.map((text, index) => ({ text, pair: null, truncate, field: nameOf(index), pooling }));
  const results = await model.batcher.encode(items, exchange.signal);
  return {
    vectors: results.map((result) => splitRows(result, normalize)[0] ?? []),
    tokens: countTokens(results),
  };
}

/** The rows of a result as lists, each scaled to length 1 when asked for. */
function splitRows({ rows, values }: Encoded, normalize: boolean): number[][] {
  const width = values.length / rows;
  return Array.from({ length: rows }, (_, row) => {
    const vector = Array.from(values.subarray(row * width, (row + 1) * width));
    const length = normalize ? Math.hypot(...vector) : 1;
    return length > 0 ? vector.map((value) => value / length) : vector;
  });
}
