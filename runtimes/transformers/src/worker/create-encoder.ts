import type { PreTrainedModel, PreTrainedTokenizer, Tensor } from '@huggingface/transformers';
import type { EngineErrorMessage } from '../engine/engine-error.ts';
import type { Pooling } from '../model/model-facts.ts';
import type { Encoded, EncodeItem } from '../session/messages.ts';
import type { Library } from './import-library.ts';
import type { TextReader } from './read-text.ts';

export interface EncoderParts {
  readonly library: Library;
  readonly tokenizer: PreTrainedTokenizer;
  readonly reader: TextReader;
  readonly model: PreTrainedModel;
  readonly task: 'text-classification' | 'feature-extraction';
  readonly maxTokens: number;
}

interface Tokens {
  readonly ids: number[];
  readonly types: number[];
}

/**
 * Runs texts through an encoder together; a text that does not fit or cannot be read gets an error of its own: the
 * others are those of other callers.
 */
export function createEncoder({ library, tokenizer, reader, model, task, maxTokens }: EncoderParts) {
  const padding = tokenizer.pad_token_id ?? 0;
  const specialIds = new Set<number>(tokenizer.all_special_ids);

  return async (items: readonly EncodeItem[]): Promise<Array<Encoded | EngineErrorMessage>> => {
    const tokenized = items.map(tokenize);
    const fitting = tokenized.filter((each): each is Tokens => 'ids' in each);
    const rows = fitting.length === 0 ? [] : await run(fitting);
    let next = 0;
    return tokenized.map((each, index) => {
      if (!('ids' in each)) return each;
      const row = rows[next++];
      const item = items[index];
      if (row === undefined || item === undefined) throw new Error('the model answered with too few rows');
      return task === 'text-classification'
        ? { rows: 1, values: row.values, tokens: each.ids.length }
        : { ...pool(row.values, row.width, each.ids.length, item.pooling), tokens: each.ids.length };
    });
  };

  function tokenize(item: EncodeItem): Tokens | EngineErrorMessage {
    try {
      return fit(reader.encode(item.text, item.pair), item);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      return {
        code: 'INVALID_BODY',
        message: `${item.field} cannot be made into tokens: ${detail}`,
        field: item.field,
      };
    }
  }

  function fit({ ids, types }: Tokens, { truncate, field }: EncodeItem): Tokens | EngineErrorMessage {
    if (ids.length <= maxTokens) return { ids, types };
    if (!truncate) {
      const message = `${field} must have at most ${maxTokens} tokens; it has ${ids.length}`;
      return { code: 'INPUT_TOO_LONG', message, field };
    }
    const last = ids.at(-1);
    if (last === undefined || !specialIds.has(last))
      return { ids: ids.slice(0, maxTokens), types: types.slice(0, maxTokens) };
    return {
      ids: [...ids.slice(0, maxTokens - 1), last],
      types: [...types.slice(0, maxTokens - 1), types.at(-1) ?? 0],
    };
  }

  /** The numbers of each row: its class scores, or the vectors of its tokens one after the other. */
  async function run(batch: readonly Tokens[]): Promise<Array<{ values: Float32Array; width: number }>> {
    const longest = Math.max(...batch.map(({ ids }) => ids.length));
    const tensor = (valueAt: (tokens: Tokens, place: number) => number): Tensor => {
      const data = new BigInt64Array(batch.length * longest);
      batch.forEach((tokens, row) => {
        for (let place = 0; place < longest; place++)
          data[row * longest + place] = BigInt(valueAt(tokens, place));
      });
      return new library.Tensor('int64', data, [batch.length, longest]);
    };
    const outputs: Record<string, Tensor | undefined> = await model({
      input_ids: tensor(({ ids }, place) => ids[place] ?? padding),
      attention_mask: tensor(({ ids }, place) => (place < ids.length ? 1 : 0)),
      token_type_ids: tensor(({ types }, place) => types[place] ?? 0),
    });
    const wanted = task === 'text-classification' ? 'logits' : 'last_hidden_state';
    const output = outputs[wanted] ?? outputs.token_embeddings;
    if (output === undefined) {
      throw new Error(
        `the ONNX file must have the output ${wanted}; it has ${Object.keys(outputs).join(', ')}`,
      );
    }
    const numbers = output.to('float32').data;
    if (!(numbers instanceof Float32Array)) throw new Error(`the output ${wanted} must hold floats`);
    const size = numbers.length / batch.length;
    const width = output.dims.at(-1) ?? size;
    return batch.map((_, row) => ({ values: numbers.slice(row * size, (row + 1) * size), width }));
  }
}

/** One vector from the vectors of `count` tokens, or all of them. */
function pool(values: Float32Array, width: number, count: number, pooling: Pooling): Omit<Encoded, 'tokens'> {
  if (pooling === 'none') return { rows: count, values: values.slice(0, count * width) };
  if (pooling === 'cls') return { rows: 1, values: values.slice(0, width) };
  if (pooling === 'last') return { rows: 1, values: values.slice((count - 1) * width, count * width) };
  const mean = new Float32Array(width);
  for (let place = 0; place < count * width; place++) {
    const column = place % width;
    mean[column] = (mean[column] ?? 0) + (values[place] ?? 0) / count;
  }
  return { rows: 1, values: mean };
}
