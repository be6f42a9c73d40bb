import { randomUUID } from 'node:crypto';
import type { Engine, LoadedModel } from '../../engine/engine.ts';
import { EngineError, toEngineError } from '../../engine/engine-error.ts';
import type { Generated, GenerateOptions, Prompt } from '../../session/messages.ts';
import type { EventStream, Exchange } from '../exchange.ts';
import {
  type Fields,
  invalid,
  isGiven,
  readBoolean,
  readFields,
  readNumber,
  readString,
  readStrings,
} from '../fields.ts';
import { readSampling } from './generate.ts';
import { readMessages } from './messages.ts';

/** How the two OpenAI routes differ: the shape of a whole answer and of a piece of it. */
interface Dialect {
  readonly idPrefix: string;
  readonly wholeObject: string;
  readonly pieceObject: string;
  readonly whole: (text: string) => object;
  readonly first: object | null;
  readonly piece: (text: string) => object;
  readonly last: object;
}

const chatDialect: Dialect = {
  idPrefix: 'chatcmpl',
  wholeObject: 'chat.completion',
  pieceObject: 'chat.completion.chunk',
  whole: (content) => ({ message: { role: 'assistant', content, refusal: null } }),
  first: { delta: { role: 'assistant', content: '' } },
  piece: (content) => ({ delta: { content } }),
  last: { delta: {} },
};

const textDialect: Dialect = {
  idPrefix: 'cmpl',
  wholeObject: 'text_completion',
  pieceObject: 'text_completion',
  whole: (text) => ({ text }),
  first: null,
  piece: (text) => ({ text }),
  last: { text: '' },
};

const shared = [
  ...[
    'model',
    'max_tokens',
    'min_tokens',
    'temperature',
    'top_p',
    'top_k',
    'repetition_penalty',
    'stop',
    'seed',
  ],
  ...['stream', 'stream_options', 'user', 'metadata'],
];

/** Fields of OpenAI that do nothing with these values, which clients send by default; others are not supported. */
const neutral: Readonly<Record<string, readonly unknown[]>> = {
  n: [1],
  best_of: [1],
  echo: [false],
  suffix: [''],
  logprobs: [false],
  top_logprobs: [0],
  frequency_penalty: [0],
  presence_penalty: [0],
  logit_bias: [{}],
  tools: [[]],
  tool_choice: ['none', 'auto'],
  parallel_tool_calls: [true, false],
  functions: [[]],
  function_call: ['none', 'auto'],
  modalities: [['text']],
  response_format: [{ type: 'text' }],
  store: [false],
  service_tier: ['auto', 'default'],
};

/** `/v1/chat/completions` */
export async function completeChat(engine: Engine, model: LoadedModel, exchange: Exchange): Promise<void> {
  const own = ['messages', 'max_completion_tokens'];
  const body = readFields(await exchange.readJson(), 'body', [...own, ...shared], neutral);
  const prompt = { messages: readMessages(body.messages, 'messages') };
  await complete(engine, model, exchange, body, prompt, chatDialect);
}

/** `/v1/completions` */
export async function completeText(engine: Engine, model: LoadedModel, exchange: Exchange): Promise<void> {
  const body = readFields(await exchange.readJson(), 'body', ['prompt', ...shared], neutral);
  const [text = ''] = readStrings(body, 'prompt', 1);
  await complete(engine, model, exchange, body, { text }, textDialect);
}

function readOptions(body: Fields): GenerateOptions {
  const count = { least: 1, most: 1_000_000, whole: true };
  return {
    maxNewTokens: readNumber(body, 'max_completion_tokens', count) ?? readNumber(body, 'max_tokens', count),
    minNewTokens: readNumber(body, 'min_tokens', { ...count, least: 0 }),
    temperature: readNumber(body, 'temperature', { least: 0, most: 2 }),
    ...readSampling(body),
  };
}

async function complete(
  engine: Engine,
  model: LoadedModel,
  exchange: Exchange,
  body: Fields,
  prompt: Prompt,
  dialect: Dialect,
): Promise<void> {
  // One server, one model: the caller's name for it is only a label, the answer tells which model spoke.
  readString(body, 'model');
  readString(body, 'user');
  const options = readOptions(body);
  const stream = readBoolean(body, 'stream') ?? false;
  if (!stream && isGiven(body.stream_options)) {
    throw invalid('stream_options', 'must only be set when stream is true', body.stream_options);
  }
  const streamOptions = readFields(body.stream_options ?? {}, 'stream_options', ['include_usage']);
  const includeUsage = readBoolean(streamOptions, 'include_usage') ?? false;
  const base = {
    id: `${dialect.idPrefix}-${randomUUID()}`,
    created: Math.floor(Date.now() / 1000),
    model: engine.config.modelName,
  };
  if (stream) {
    await streamCompletion(model, exchange, prompt, options, { base, dialect, includeUsage });
    return;
  }
  const silent = { onAccepted() {}, onPiece() {} };
  const generated = await model.generations.generate(prompt, options, silent, exchange.signal);
  const choice = {
    index: 0,
    ...dialect.whole(generated.text),
    logprobs: null,
    finish_reason: generated.finishReason,
  };
  const answer = { ...base, object: dialect.wholeObject, choices: [choice], usage: toUsage(generated) };
  exchange.json(200, answer, generated);
}

async function streamCompletion(
  model: LoadedModel,
  exchange: Exchange,
  prompt: Prompt,
  options: GenerateOptions,
  { base, dialect, includeUsage }: { base: object; dialect: Dialect; includeUsage: boolean },
): Promise<void> {
  let events: EventStream | null = null;
  const emit = (content: object, finishReason: string | null): void => {
    const choices = [{ index: 0, ...content, logprobs: null, finish_reason: finishReason }];
    events?.send({ ...base, object: dialect.pieceObject, choices, ...(includeUsage ? { usage: null } : {}) });
  };
  const listener = {
    onAccepted() {
      events = exchange.events();
      if (dialect.first !== null) emit(dialect.first, null);
    },
    onPiece: (text: string) => emit(dialect.piece(text), null),
  };
  const openStream = (): EventStream | null => events;
  try {
    const generated = await model.generations.generate(prompt, options, listener, exchange.signal);
    emit(dialect.last, generated.finishReason);
    const stream = openStream();
    if (stream === null) throw new EngineError('MODEL_ERROR', 'the model gave no answer');
    if (includeUsage) {
      stream.send({ ...base, object: dialect.pieceObject, choices: [], usage: toUsage(generated) });
    }
    stream.done(generated);
  } catch (error) {
    const stream = openStream();
    if (stream === null) throw error;
    stream.fail(toEngineError(error));
  }
}

function toUsage({ promptTokens, completionTokens }: Generated): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}
