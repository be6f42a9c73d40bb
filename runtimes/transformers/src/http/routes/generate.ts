import type { Engine, LoadedModel } from '../../engine/engine.ts';
import { EngineError } from '../../engine/engine-error.ts';
import type { Generated, GenerateOptions, Prompt } from '../../session/messages.ts';
import type { Exchange } from '../exchange.ts';
import { type Fields, isGiven, readBoolean, readFields, readNumber, readStrings } from '../fields.ts';
import { missingInputs } from './inputs.ts';
import { readMessages } from './messages.ts';

const known = [
  ...[
    'max_new_tokens',
    'min_new_tokens',
    'do_sample',
    'temperature',
    'top_p',
    'top_k',
    'repetition_penalty',
    'stop',
  ],
  ...['seed', 'return_full_text'],
];

/**
 * Native text generation. A string gives `[{generated_text}]`, a list of strings one such list per prompt, a list of
 * messages (or `{messages}`) the conversation with its answer. `return_full_text: false` leaves the prompt out.
 */
export async function generateText(
  engine: Engine,
  model: LoadedModel,
  exchange: Exchange,
  body: Fields,
): Promise<void> {
  const parameters = readFields(body.parameters ?? {}, 'parameters', known);
  const options = readNativeOptions(parameters);
  const full = readBoolean(parameters, 'return_full_text') ?? true;
  const prompts = readPrompts(body.inputs, engine.config.maxInputs);
  const answers: object[] = [];
  const usage = { promptTokens: 0, completionTokens: 0 };
  for (const prompt of prompts.list) {
    const generated = await model.generations.generate(prompt, options, silent, exchange.signal);
    usage.promptTokens += generated.promptTokens;
    usage.completionTokens += generated.completionTokens;
    answers.push([{ generated_text: withPrompt(prompt, generated, full) }]);
  }
  exchange.json(200, prompts.single ? answers[0] : answers, usage);
}

const silent = { onAccepted() {}, onPiece() {} };

function withPrompt(prompt: Prompt, { text }: Generated, full: boolean): unknown {
  if (!full) return text;
  return 'text' in prompt ? prompt.text + text : [...prompt.messages, { role: 'assistant', content: text }];
}

function readPrompts(inputs: unknown, most: number): { list: Prompt[]; single: boolean } {
  if (!isGiven(inputs)) throw missingInputs();
  if (typeof inputs === 'string') return { list: [{ text: inputs }], single: true };
  if (Array.isArray(inputs) && typeof inputs[0] === 'string') {
    return { list: readStrings({ inputs }, 'inputs', most).map((text) => ({ text })), single: false };
  }
  if (Array.isArray(inputs)) return { list: [{ messages: readMessages(inputs, 'inputs') }], single: true };
  const { messages } = readFields(inputs, 'inputs', ['messages']);
  return { list: [{ messages: readMessages(messages, 'inputs.messages') }], single: true };
}

function readNativeOptions(parameters: Fields): GenerateOptions {
  const sample = readBoolean(parameters, 'do_sample');
  const temperature = readNumber(parameters, 'temperature', { least: 0, most: 100 });
  if (sample === false && temperature !== null && temperature > 0) {
    const message = 'temperature must not be set when do_sample is false';
    throw new EngineError('INVALID_BODY', message, { field: 'temperature' });
  }
  return {
    maxNewTokens: readNumber(parameters, 'max_new_tokens', { least: 1, most: 1_000_000, whole: true }),
    minNewTokens: readNumber(parameters, 'min_new_tokens', { least: 0, most: 1_000_000, whole: true }),
    temperature: sample === false ? 0 : (temperature ?? (sample === true ? 1 : null)),
    ...readSampling(parameters),
  };
}

/** The settings that native and OpenAI requests have in common. */
export function readSampling(
  fields: Fields,
): Pick<GenerateOptions, 'topP' | 'topK' | 'repetitionPenalty' | 'stop' | 'seed'> {
  return {
    topP: readNumber(fields, 'top_p', { least: 0, most: 1 }),
    topK: readNumber(fields, 'top_k', { least: 0, most: 1_000_000, whole: true }),
    repetitionPenalty: readNumber(fields, 'repetition_penalty', { least: 0.01, most: 100 }),
    stop: readStops(fields),
    seed: readNumber(fields, 'seed', {
      least: Number.MIN_SAFE_INTEGER,
      most: Number.MAX_SAFE_INTEGER,
      whole: true,
    }),
  };
}

/** Text that may begin a stop string is held back while it streams: a long one would hold back a lot. */
export const longestStop = 256;
export const mostStops = 16;

function readStops(fields: Fields): readonly string[] {
  if (!isGiven(fields.stop) || (Array.isArray(fields.stop) && fields.stop.length === 0)) return [];
  const stops = readStrings(fields, 'stop', mostStops).filter((each) => each !== '');
  const long = stops.find(({ length }) => length > longestStop);
  if (long === undefined) return stops;
  const message = `stop strings must have at most ${longestStop} characters; one has ${long.length}`;
  throw new EngineError('INVALID_BODY', message, { field: 'stop' });
}
