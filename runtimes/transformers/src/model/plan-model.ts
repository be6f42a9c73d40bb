import { ModelDirectoryError } from './model-directory-error.ts';
import type { ModelFacts, OnnxFile } from './model-facts.ts';

/** The tasks this runtime serves. */
export const tasks = ['text-classification', 'feature-extraction', 'text-generation'] as const;
export type Task = (typeof tasks)[number];

/** What the weights of each precision are called. */
const fileNames: Readonly<Record<string, string>> = {
  q8: 'model_quantized.onnx',
  fp32: 'model.onnx',
  fp16: 'model_fp16.onnx',
  int8: 'model_int8.onnx',
  uint8: 'model_uint8.onnx',
  q4: 'model_q4.onnx',
  q4f16: 'model_q4f16.onnx',
  bnb4: 'model_bnb4.onnx',
};

/** Precisions in the order they are chosen on a CPU: q8 is the fastest there, fp32 always works. */
export const dtypes: readonly string[] = Object.keys(fileNames);

/** How a model will be served, and why. */
export interface ModelPlan {
  readonly task: Task;
  readonly dtype: string;
  readonly file: OnnxFile;
  /** One sentence per conclusion. */
  readonly reasons: string[];
}

/**
 * Decides task and weights from the facts and the deployer's wishes (null: free choice).
 * @throws ModelDirectoryError when the task is not offered or the wished weights are not there.
 */
export function planModel(facts: ModelFacts, wish: { task: string | null; dtype: string | null }): ModelPlan {
  const reasons: string[] = [];
  const task = wish.task === null ? inferTask(facts, reasons) : checkTask(wish.task);
  const available = dtypes.flatMap((dtype) => {
    const file = facts.onnxFiles.find(({ name }) => name === fileNames[dtype]);
    return file === undefined ? [] : [{ dtype, file }];
  });
  const names = available.map(({ dtype }) => dtype).join(', ');
  if (wish.dtype !== null && !(wish.dtype in fileNames)) {
    throw new ModelDirectoryError(
      'MODEL_INVALID',
      `dtype must be one of ${dtypes.join(', ')}; received '${wish.dtype}'`,
    );
  }
  const chosen = available.find(({ dtype }) => wish.dtype === null || dtype === wish.dtype);
  if (chosen === undefined) {
    const wanted = wish.dtype === null ? 'model.onnx or model_quantized.onnx' : (fileNames[wish.dtype] ?? '');
    const found = names === '' ? 'no ONNX weights were found' : `found weights for ${names}`;
    throw new ModelDirectoryError('MODEL_INVALID', `onnx/${wanted} is missing; ${found}`);
  }
  reasons.push(
    wish.dtype === null
      ? `dtype ${chosen.dtype}: the first of ${dtypes.join(', ')} that the model has (${names})`
      : `dtype ${chosen.dtype}: as wished, the model has ${names}`,
  );
  return { task, ...chosen, reasons };
}

function inferTask(facts: ModelFacts, reasons: string[]): Task {
  const [architecture = ''] = facts.architectures;
  if (facts.sentenceTransformers) {
    reasons.push('task feature-extraction: modules.json marks a sentence-transformers model');
    return 'feature-extraction';
  }
  const rules: ReadonlyArray<readonly [RegExp, Task]> = [
    [/ForSequenceClassification$/, 'text-classification'],
    [/(ForCausalLM|LMHeadModel)$/, 'text-generation'],
    [/Model$/, 'feature-extraction'],
  ];
  const rule = rules.find(([ending]) => ending.test(architecture));
  if (rule === undefined) {
    const found = architecture === '' ? 'no architectures' : showArchitecture(architecture);
    throw new ModelDirectoryError(
      'TASK_UNSUPPORTED',
      `config.json names ${found}; served are …ForSequenceClassification, …ForCausalLM and …Model`,
    );
  }
  reasons.push(`task ${rule[1]}: config.json names ${showArchitecture(architecture)}`);
  return rule[1];
}

/** The name of a class is shown; whatever else stands there is not. */
function showArchitecture(name: string): string {
  return /^\w{1,80}$/.test(name) ? `the architecture ${name}` : 'an architecture that is no name of a class';
}

function checkTask(wish: string): Task {
  const task = tasks.find((each) => each === wish);
  if (task !== undefined) return task;
  throw new ModelDirectoryError(
    'TASK_UNSUPPORTED',
    `task must be one of ${tasks.join(', ')}; received '${wish}'`,
  );
}
