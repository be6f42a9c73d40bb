import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelDirectoryError } from './model-directory-error.ts';
import { readModelJson } from './read-model-json.ts';

/** How the token rows of an encoder become one vector; `none` keeps them all. */
export type Pooling = 'mean' | 'cls' | 'last' | 'none';

/** An ONNX file of the model. */
export interface OnnxFile {
  /** Directory inside the model, `onnx` or empty. */
  readonly folder: string;
  /** File name without directory. */
  readonly name: string;
  /** How many files of external weights belong to it. */
  readonly dataFiles: number;
}

/** What the small files of a model directory say about it; nothing is loaded. */
export interface ModelFacts {
  readonly architectures: readonly string[];
  readonly modelType: string;
  /** Label of each class, in order; empty when the model has none. */
  readonly labels: readonly string[];
  /** Several labels may hold at once. */
  readonly multiLabel: boolean;
  readonly sentenceTransformers: boolean;
  /** As the model's own pooling module says; null when it has none. */
  readonly pooling: Pooling | null;
  /** Whether the model's own modules end in a normalisation. */
  readonly normalize: boolean;
  readonly onnxFiles: readonly OnnxFile[];
}

/**
 * Reads what a model directory in HuggingFace layout says about itself.
 * @throws ModelDirectoryError when the directory or a file that every model needs is missing or broken.
 */
export async function readModelFacts(directory: string): Promise<ModelFacts> {
  const found = await stat(directory).catch(() => null);
  if (found === null) throw new ModelDirectoryError('MODEL_MISSING', `no directory at ${directory}`);
  if (!found.isDirectory()) {
    throw new ModelDirectoryError('MODEL_MISSING', `${directory} must be a directory; it is a file`);
  }
  const config = await readModelJson(directory, 'config.json');
  if (config === null) {
    throw new ModelDirectoryError(
      'MODEL_INVALID',
      `config.json is missing; a model in HuggingFace layout has one`,
    );
  }
  if ((await stat(join(directory, 'tokenizer.json')).catch(() => null)) === null) {
    throw new ModelDirectoryError('MODEL_INVALID', `tokenizer.json is missing; text models need one`);
  }
  const modules = await readModelJson(directory, 'modules.json');
  return {
    architectures: listOfStrings(config.architectures),
    modelType: typeof config.model_type === 'string' ? config.model_type : '',
    labels: readLabels(config),
    multiLabel: config.problem_type === 'multi_label_classification',
    sentenceTransformers: modules !== null,
    pooling: modules === null ? null : await readPooling(directory),
    normalize: JSON.stringify(modules ?? '').includes('.Normalize"'),
    onnxFiles: await listOnnxFiles(directory),
  };
}

async function readPooling(directory: string): Promise<Pooling | null> {
  const config = await readModelJson(directory, join('1_Pooling', 'config.json'));
  if (config === null) return null;
  if (config.pooling_mode_mean_tokens === true) return 'mean';
  if (config.pooling_mode_cls_token === true) return 'cls';
  if (config.pooling_mode_lasttoken === true) return 'last';
  const rule = 'must choose mean, cls or last-token pooling; others are not offered';
  throw new ModelDirectoryError('MODEL_INVALID', `1_Pooling/config.json ${rule}`);
}

function readLabels(config: Record<string, unknown>): string[] {
  const byId = config.id2label;
  if (typeof byId !== 'object' || byId === null) return [];
  return Object.entries(byId)
    .sort(([left], [right]) => Number(left) - Number(right))
    .map(([, label]) => String(label));
}

async function listOnnxFiles(directory: string): Promise<OnnxFile[]> {
  const files: OnnxFile[] = [];
  for (const folder of ['onnx', '']) {
    const names = await readdir(join(directory, folder)).catch(() => []);
    for (const name of names.filter((each) => each.endsWith('.onnx')).sort()) {
      const dataFiles = names.filter((other) => other.startsWith(`${name}_data`)).length;
      files.push({ folder, name, dataFiles });
    }
  }
  return files;
}

function listOfStrings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
