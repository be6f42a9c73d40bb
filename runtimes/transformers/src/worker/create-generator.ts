import type { PreTrainedModel, PreTrainedTokenizer, Tensor } from '@huggingface/transformers';
import { EngineError } from '../engine/engine-error.ts';
import type { Generated, GenerateOptions, Prompt } from '../session/messages.ts';
import { createTextAssembler } from './assemble-text.ts';
import type { Library } from './import-library.ts';
import { keepNucleus } from './keep-nucleus.ts';
import type { GenerationHooks } from './load-model.ts';
import type { TextReader } from './read-text.ts';

export interface GeneratorParts {
  readonly library: Library;
  readonly tokenizer: PreTrainedTokenizer;
  readonly reader: TextReader;
  readonly model: PreTrainedModel;
  readonly maxTokens: number;
  readonly defaultNewTokens: number;
}

/** Continues prompts one at a time with the model's own generation loop. */
export function createGenerator(parts: GeneratorParts) {
  const { library, tokenizer, reader, model, maxTokens, defaultNewTokens } = parts;
  const endIds = readEndIds(model);
  const decode = (ids: readonly number[]): string =>
    ids.length === 0
      ? ''
      : tokenizer.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: false });

  return async (prompt: Prompt, options: GenerateOptions, hooks: GenerationHooks): Promise<Generated> => {
    const ids = tokenizePrompt(tokenizer, reader, prompt);
    const promptTokens = ids.length;
    const left = maxTokens - promptTokens;
    checkRoom(promptTokens, left, maxTokens, options);
    hooks.onAccepted(promptTokens);

    const assembler = createTextAssembler(decode, options.stop, hooks.onPiece);
    let completionTokens = 0;
    let lastId = -1;
    class Streamer extends library.TextStreamer {
      #prompt = true;
      override put(rows: bigint[][]): void {
        if (this.#prompt) {
          this.#prompt = false;
          return;
        }
        for (const id of rows[0] ?? []) {
          completionTokens++;
          lastId = Number(id);
          assembler.push(lastId);
        }
      }
      override end(): void {
        assembler.finish();
      }
    }
    class StopWhenTold extends library.StoppingCriteria {
      override _call(rows: number[][]): boolean[] {
        return rows.map(() => hooks.isAborted() || assembler.stopped());
      }
    }
    const input = new library.Tensor('int64', BigInt64Array.from(ids, BigInt), [1, promptTokens]);
    if (hooks.isAborted()) return { text: '', promptTokens, completionTokens: 0, finishReason: 'aborted' };
    library.random.seed(options.seed ?? undefined);
    const stopping = new library.StoppingCriteriaList();
    stopping.push(new StopWhenTold());
    // The library's declared parameters leave out the generation settings that it reads.
    const parameters: Parameters<PreTrainedModel['generate']>[0] & Record<string, unknown> = {
      inputs: input,
      attention_mask: library.ones_like(input),
      max_new_tokens: Math.min(left, options.maxNewTokens ?? defaultNewTokens),
      ...samplingOf(model, options),
      logits_processor: topPOf(library, model, options),
      streamer: new Streamer(tokenizer),
      stopping_criteria: stopping,
    };
    await model.generate(parameters);

    const ended = assembler.stopped() || endIds.has(lastId);
    const finishReason = hooks.isAborted() ? 'aborted' : ended ? 'stop' : 'length';
    return { text: assembler.text(), promptTokens, completionTokens, finishReason };
  };
}

/** A whole prompt is the caller's, markers and all; what fills a chat template is text. */
function tokenizePrompt(tokenizer: PreTrainedTokenizer, reader: TextReader, prompt: Prompt): number[] {
  if ('text' in prompt) {
    const ids = tokenizer(prompt.text, { return_tensor: false }).input_ids;
    if (ids.length === 0) throw new EngineError('INVALID_BODY', 'the prompt must not be empty');
    return ids;
  }
  if (tokenizer.chat_template === null || tokenizer.chat_template === undefined) {
    const advice = 'send one text to /v1/completions instead';
    throw new EngineError('INVALID_BODY', `this model has no chat template; ${advice}`, {
      field: 'messages',
    });
  }
  try {
    return reader.encodeChat(prompt.messages);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const message = `messages do not fit the model's chat template: ${detail}`;
    throw new EngineError('INVALID_BODY', message, { field: 'messages' });
  }
}

function checkRoom(promptTokens: number, left: number, maxTokens: number, options: GenerateOptions): void {
  const wished = options.maxNewTokens ?? 1;
  if (wished <= left) return;
  const asked = options.maxNewTokens === null ? '' : ` and ${options.maxNewTokens} new tokens are asked for`;
  throw new EngineError(
    'INPUT_TOO_LONG',
    `prompt and answer must have at most ${maxTokens} tokens together; the prompt has ${promptTokens}${asked}`,
  );
}

/** What the caller chose; everything else stays as the model's generation_config.json says. */
function samplingOf(
  model: PreTrainedModel,
  { temperature, topK, minNewTokens, repetitionPenalty }: GenerateOptions,
): object {
  const own: unknown = Reflect.get(model.generation_config ?? {}, 'top_k');
  return {
    ...(temperature === null
      ? {}
      : { do_sample: temperature > 0, temperature: temperature > 0 ? temperature : 1 }),
    // 0 keeps all tokens; without it the library would quietly keep 50.
    top_k: topK ?? (typeof own === 'number' ? own : 0),
    ...(minNewTokens === null ? {} : { min_new_tokens: minNewTokens }),
    ...(repetitionPenalty === null ? {} : { repetition_penalty: repetitionPenalty }),
  };
}

/** Nucleus sampling, which the library's own loop leaves out. */
function topPOf(library: Library, model: PreTrainedModel, { topP, temperature }: GenerateOptions) {
  const own: unknown = Reflect.get(model.generation_config ?? {}, 'top_p');
  const sampling =
    temperature === null ? Reflect.get(model.generation_config ?? {}, 'do_sample') === true : temperature > 0;
  const share = topP ?? (typeof own === 'number' ? own : 1);
  class Nucleus extends library.LogitsProcessor {
    override _call(_ids: bigint[][], logits: Tensor): Tensor {
      if (logits.data instanceof Float32Array) keepNucleus(logits.data, share);
      return logits;
    }
  }
  const processors = new library.LogitsProcessorList();
  if (sampling && share < 1) processors.push(new Nucleus());
  return processors;
}

function readEndIds(model: PreTrainedModel): Set<number> {
  const own: unknown = Reflect.get(model.generation_config ?? {}, 'eos_token_id');
  const ids: unknown = own ?? Reflect.get(model.config, 'eos_token_id');
  const list: unknown[] = Array.isArray(ids) ? ids : [ids];
  return new Set(list.filter((id) => typeof id === 'number'));
}
