import type { EngineErrorMessage } from '../engine/engine-error.ts';
import type { OnnxFile, Pooling } from '../model/model-facts.ts';
import type { Task } from '../model/plan-model.ts';

/** What a worker needs to load its model. */
export interface LoadRequest {
  readonly modelDirectory: string;
  readonly task: Task;
  readonly dtype: string;
  readonly file: OnnxFile;
  readonly threads: number;
  readonly defaultNewTokens: number;
  /** One shared whole number: the id of the generation to stop. */
  readonly abortedJob: Int32Array<SharedArrayBuffer>;
}

/** How long each phase of loading took, in milliseconds. */
export interface LoadTimings {
  readonly importMs: number;
  readonly sessionMs: number;
  readonly warmUpMs: number;
}

/** One text (or pair of texts) for an encoder. */
export interface EncodeItem {
  readonly text: string;
  readonly pair: string | null;
  /** Cut a text that is too long; otherwise it is an error. */
  readonly truncate: boolean;
  /** What the caller called it: `input[3]`. */
  readonly field: string;
  /** Only read by feature extraction. */
  readonly pooling: Pooling;
}

/** Rows of numbers for one text: class scores, one vector, or one vector per token. */
export interface Encoded {
  readonly rows: number;
  readonly values: Float32Array;
  readonly tokens: number;
}

export interface ChatMessage {
  readonly role: string;
  readonly content: string;
  /** Tells speakers of the same role apart, where the template does. */
  readonly name?: string;
}

export type Prompt = { readonly text: string } | { readonly messages: readonly ChatMessage[] };

/** How to continue a prompt. Null leaves the choice to the model's own generation settings. */
export interface GenerateOptions {
  readonly maxNewTokens: number | null;
  readonly minNewTokens: number | null;
  /** 0 always takes the likeliest token. */
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly topK: number | null;
  readonly repetitionPenalty: number | null;
  readonly stop: readonly string[];
  readonly seed: number | null;
}

export interface Generated {
  readonly text: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly finishReason: 'stop' | 'length' | 'aborted';
}

export type ToWorker =
  | { readonly kind: 'load'; readonly request: LoadRequest }
  | { readonly kind: 'encode'; readonly id: number; readonly items: readonly EncodeItem[] }
  | {
      readonly kind: 'generate';
      readonly id: number;
      readonly prompt: Prompt;
      readonly options: GenerateOptions;
    };

export type FromWorker =
  | { readonly kind: 'imported' }
  | { readonly kind: 'loaded'; readonly timings: LoadTimings; readonly maxTokens: number }
  | { readonly kind: 'failed'; readonly message: string }
  | {
      readonly kind: 'encoded';
      readonly id: number;
      readonly outputs: ReadonlyArray<Encoded | EngineErrorMessage>;
    }
  | { readonly kind: 'accepted'; readonly id: number; readonly promptTokens: number }
  | { readonly kind: 'piece'; readonly id: number; readonly text: string }
  | { readonly kind: 'generated'; readonly id: number; readonly generated: Generated }
  | { readonly kind: 'refused'; readonly id: number; readonly error: EngineErrorMessage };
