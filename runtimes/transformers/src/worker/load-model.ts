import { basename, dirname, sep } from 'node:path';
import type { EngineErrorMessage } from '../engine/engine-error.ts';
import type {
  Encoded,
  EncodeItem,
  Generated,
  GenerateOptions,
  LoadRequest,
  LoadTimings,
  Prompt,
} from '../session/messages.ts';
import { createEncoder } from './create-encoder.ts';
import { createGenerator } from './create-generator.ts';
import type { Library } from './import-library.ts';
import { createTextReader } from './read-text.ts';

/** What a running generation tells and asks. */
export interface GenerationHooks {
  onAccepted(promptTokens: number): void;
  onPiece(text: string): void;
  isAborted(): boolean;
}

/** A loaded model; it either encodes or generates. */
export interface ServedModel {
  readonly timings: LoadTimings;
  readonly maxTokens: number;
  readonly encode: ((items: readonly EncodeItem[]) => Promise<Array<Encoded | EngineErrorMessage>>) | null;
  readonly generate:
    | ((prompt: Prompt, options: GenerateOptions, hooks: GenerationHooks) => Promise<Generated>)
    | null;
}

/**
 * Creates the inference session and runs one inference to warm it up.
 * @throws Error when a file is missing, broken, or not what config.json promises.
 */
export async function loadModel(
  request: LoadRequest,
  { library, importMs }: { library: Library; importMs: number },
): Promise<ServedModel> {
  const { env } = library;
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = dirname(request.modelDirectory) + sep;
  env.useFSCache = false;
  env.useBrowserCache = false;
  env.useWasmCache = false;
  env.logLevel = library.LogLevel.ERROR;

  const loading = performance.now();
  const name = basename(request.modelDirectory);
  const options = {
    dtype: request.dtype as 'fp32',
    device: 'cpu' as const,
    subfolder: request.file.folder,
    local_files_only: true,
    use_external_data_format: request.file.dataFiles,
    session_options: { intraOpNumThreads: request.threads, interOpNumThreads: 1 },
  };
  const modelClass = {
    'text-classification': library.AutoModelForSequenceClassification,
    'feature-extraction': library.AutoModel,
    'text-generation': library.AutoModelForCausalLM,
  }[request.task];
  const [tokenizer, model] = await Promise.all([
    library.AutoTokenizer.from_pretrained(name, { local_files_only: true }),
    modelClass.from_pretrained(name, options),
  ]);
  const positions: unknown = Reflect.get(model.config, 'max_position_embeddings');
  const maxTokens = Math.min(
    tokenizer.model_max_length,
    typeof positions === 'number' ? positions : 1e6,
    1e6,
  );

  const reader = createTextReader(tokenizer);
  const warming = performance.now();
  const encode =
    request.task === 'text-generation'
      ? null
      : createEncoder({ library, tokenizer, reader, model, task: request.task, maxTokens });
  const generate =
    request.task === 'text-generation'
      ? createGenerator({
          ...{ library, tokenizer, reader, model, maxTokens },
          defaultNewTokens: request.defaultNewTokens,
        })
      : null;
  await encode?.([{ text: 'warm', pair: null, truncate: true, field: 'inputs', pooling: 'mean' }]);
  await generate?.({ text: 'warm' }, warmUpOptions, {
    onAccepted() {},
    onPiece() {},
    isAborted: () => false,
  });
  const done = performance.now();
  return {
    timings: { importMs, sessionMs: warming - loading, warmUpMs: done - warming },
    maxTokens,
    encode,
    generate,
  };
}

const warmUpOptions: GenerateOptions = {
  ...{ maxNewTokens: 1, minNewTokens: null, temperature: 0, topP: null, topK: null, repetitionPenalty: null },
  ...{ stop: [], seed: null },
};
