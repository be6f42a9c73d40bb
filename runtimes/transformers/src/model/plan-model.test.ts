import { describe, expect, it } from 'vitest';
import type { ModelFacts } from './model-facts.ts';
import { planModel } from './plan-model.ts';

const onnx = (...names: string[]) => names.map((name) => ({ folder: 'onnx', name, dataFiles: 0 }));
const facts: ModelFacts = {
  architectures: ['BertForSequenceClassification'],
  modelType: 'bert',
  labels: [],
  multiLabel: false,
  sentenceTransformers: false,
  pooling: null,
  normalize: false,
  onnxFiles: onnx('model.onnx', 'model_quantized.onnx'),
};
const free = { task: null, dtype: null };

describe('plan of a model', () => {
  it.each([
    ['BertForSequenceClassification', 'text-classification'],
    ['LlamaForCausalLM', 'text-generation'],
    ['GPT2LMHeadModel', 'text-generation'],
    ['BertModel', 'feature-extraction'],
  ])('serves %s as %s', (architecture, task) => {
    expect(planModel({ ...facts, architectures: [architecture] }, free).task).toBe(task);
  });

  it('serves sentence-transformers models as feature extraction whatever the architecture', () => {
    const sentence = { ...facts, architectures: ['BertForMaskedLM'], sentenceTransformers: true };
    expect(planModel(sentence, free).task).toBe('feature-extraction');
  });

  it.each([
    { names: ['model.onnx', 'model_quantized.onnx'], dtype: 'q8' },
    { names: ['model.onnx', 'model_q4.onnx'], dtype: 'fp32' },
    { names: ['model_fp16.onnx', 'model_q4.onnx'], dtype: 'fp16' },
  ])('chooses $dtype among $names', ({ names, dtype }) => {
    const plan = planModel({ ...facts, onnxFiles: onnx(...names) }, free);
    expect(plan.dtype).toBe(dtype);
    expect(plan.reasons.at(-1)).toContain(dtype);
  });

  it('takes the wished task and dtype', () => {
    const plan = planModel(facts, { task: 'feature-extraction', dtype: 'fp32' });
    expect(plan).toMatchObject({ task: 'feature-extraction', dtype: 'fp32', file: { name: 'model.onnx' } });
  });

  it.each([
    { change: {}, wish: { ...free, task: 'translation' }, code: 'TASK_UNSUPPORTED', says: "'translation'" },
    {
      change: { architectures: ['ViTForImageClassification'] },
      wish: free,
      code: 'TASK_UNSUPPORTED',
      says: 'ViTFor',
    },
    { change: {}, wish: { ...free, dtype: 'q4' }, code: 'MODEL_INVALID', says: 'model_q4.onnx is missing' },
    { change: {}, wish: { ...free, dtype: 'int3' }, code: 'MODEL_INVALID', says: "'int3'" },
    { change: { onnxFiles: [] }, wish: free, code: 'MODEL_INVALID', says: 'no ONNX weights' },
  ])('refuses with $code: $says', ({ change, wish, code, says }) => {
    expect(() => planModel({ ...facts, ...change }, wish)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(says) }),
    );
  });
});
