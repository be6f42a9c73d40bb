import { fileURLToPath } from 'node:url';
import { describeRuntime } from '@beeline/runtime-interface/testing';
import { expect } from 'vitest';
import { transformersRuntime } from './index.ts';

const model = (name: string): string => fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url));
const short = 'one pass of a tiny encoder is over before a signal or a hang-up could arrive';
const story = [{ role: 'user', content: 'Count to ten.' }];

describeRuntime(
  transformersRuntime,
  [
    {
      name: 'the sentiment classifier',
      modelDirectory: model('sentiment'),
      task: 'text-classification',
      weights: 'onnx/model_quantized.onnx',
      body: { inputs: 'I love this' },
      check: (answer) => expect(answer).toMatchObject([{ label: 'POSITIVE', score: expect.closeTo(1, 1) }]),
      long: { skip: short },
    },
    {
      name: 'the sentence embedder',
      modelDirectory: model('sentence-embedding'),
      task: 'feature-extraction',
      weights: 'onnx/model_quantized.onnx',
      body: { inputs: ['The weather is cold'] },
      check: (answer) => expect(answer).toEqual([Array.from({ length: 32 }, () => expect.any(Number))]),
      long: { skip: short },
    },
    {
      name: 'the chat model',
      modelDirectory: model('chat'),
      task: 'text-generation',
      weights: 'onnx/model_quantized.onnx',
      body: {
        inputs: [{ role: 'user', content: 'What do bees make?' }],
        parameters: { return_full_text: false },
      },
      check: (answer) => expect(answer).toEqual([{ generated_text: 'Bees make honey.' }]),
      long: {
        whole: {
          path: '/',
          body: { inputs: story, parameters: { min_new_tokens: 900, max_new_tokens: 900 } },
        },
        stream: {
          path: '/v1/chat/completions',
          body: { messages: story, min_tokens: 900, max_tokens: 900, stream: true },
          tokens: 900,
        },
      },
    },
  ],
  {
    maxBodyBytes: 10 * 1024 * 1024,
    metrics: {
      running: 'beeline_engine_running',
      completionTokens: 'beeline_engine_completion_tokens_total',
      aborted: 'beeline_engine_aborted_total',
    },
  },
);
