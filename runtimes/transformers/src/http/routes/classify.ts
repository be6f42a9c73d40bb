import type { Engine, LoadedModel } from '../../engine/engine.ts';
import type { Encoded, EncodeItem } from '../../session/messages.ts';
import type { Exchange } from '../exchange.ts';
import { type Fields, readBoolean, readChoice, readFields, readNumber } from '../fields.ts';
import { readTexts } from './inputs.ts';

interface Score {
  readonly label: string;
  readonly score: number;
}

/**
 * Classifies. One input gives its best labels as a list; several give the best label of each, or, when `top_k` asks
 * for more than one, a list of labels for each.
 */
export async function classify(
  engine: Engine,
  model: LoadedModel,
  exchange: Exchange,
  body: Fields,
): Promise<void> {
  const parameters = readFields(body.parameters ?? {}, 'parameters', [
    'top_k',
    'function_to_apply',
    'truncation',
  ]);
  const apply = readChoice(parameters, 'function_to_apply', ['softmax', 'sigmoid', 'none']);
  const topK = readNumber(parameters, 'top_k', { least: 1, most: 100_000, whole: true }) ?? 1;
  const truncate = readBoolean(parameters, 'truncation') ?? false;
  const { items, single } = readTexts(body.inputs, engine.config.maxInputs);
  const work: EncodeItem[] = items.map((item) => ({ ...item, truncate, pooling: 'none' }));
  const results = await model.batcher.encode(work, exchange.signal);
  const natural = model.facts.multiLabel || results[0]?.values.length === 1 ? 'sigmoid' : 'softmax';
  const scored = results.map(({ values }) =>
    rank(values, apply ?? natural, model.facts.labels).slice(0, topK),
  );
  const answer = single ? scored[0] : topK === 1 ? scored.map(([best]) => best) : scored;
  exchange.json(200, answer, { promptTokens: countTokens(results), completionTokens: 0 });
}

export function countTokens(results: readonly Encoded[]): number {
  return results.reduce((sum, { tokens }) => sum + tokens, 0);
}

/** Labels with their scores, the best first. */
function rank(
  logits: Float32Array,
  apply: 'softmax' | 'sigmoid' | 'none',
  labels: readonly string[],
): Score[] {
  const largest = Math.max(...logits);
  const total = logits.reduce((sum, value) => sum + Math.exp(value - largest), 0);
  const score = {
    softmax: (value: number) => Math.exp(value - largest) / total,
    sigmoid: (value: number) => 1 / (1 + Math.exp(-value)),
    none: (value: number) => value,
  }[apply];
  return Array.from(logits, (value, index) => ({
    label: labels[index] ?? `LABEL_${index}`,
    score: score(value),
  })).sort((left, right) => right.score - left.score);
}
