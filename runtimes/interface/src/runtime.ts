import type { LaunchRequest, LaunchSpec } from './launch-spec.ts';
import type { RuntimePool } from './runtime-pool.ts';

/** What a look at a model directory found: how it will be served and why, or what is wrong with it. */
export type ModelInspection =
  | {
      readonly ok: true;
      readonly task: string;
      readonly dtype: string;
      /** One sentence per conclusion, in the order they were drawn. */
      readonly reasons: string[];
    }
  | {
      readonly ok: false;
      readonly code: 'MODEL_MISSING' | 'MODEL_INVALID' | 'TASK_UNSUPPORTED';
      /** For people: names the file or field, the rule, and what was found. */
      readonly message: string;
    };

/** A kind of model server. */
export interface Runtime {
  readonly name: string;
  /**
   * Pure: reads no file and starts nothing.
   * @throws RangeError when the request breaks a rule of the runtime; the message names the field.
   */
  buildLaunchSpec(request: LaunchRequest): LaunchSpec;
  /** Absent when every server starts with its model. */
  readonly pool?: RuntimePool;
  /** Cheap look at the files before starting: what is wrong with this directory, or how it will be served. */
  inspectModel(
    modelDirectory: string,
    request: { task: string | null; dtype: string | null },
  ): Promise<ModelInspection>;
}
