import type { ModelInspection } from '@beeline/runtime-interface';
import { ModelDirectoryError } from './model/model-directory-error.ts';
import { readModelFacts } from './model/model-facts.ts';
import { planModel } from './model/plan-model.ts';

/** Looks at the small files of a model directory and says how it would be served, or why it cannot be. */
export async function inspectModel(
  modelDirectory: string,
  wish: { task: string | null; dtype: string | null },
): Promise<ModelInspection> {
  try {
    const { task, dtype, reasons } = planModel(await readModelFacts(modelDirectory), wish);
    return { ok: true, task, dtype, reasons };
  } catch (error) {
    if (!(error instanceof ModelDirectoryError)) throw error;
    return { ok: false, code: error.code, message: error.message };
  }
}
