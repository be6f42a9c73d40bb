import type { Runtime } from '@beeline/runtime-interface';
import { buildLaunchSpec } from './build-launch-spec.ts';
import { buildClaim, buildPoolSpec } from './build-pool-spec.ts';
import { inspectModel } from './inspect-model.ts';

/** ONNX models in HuggingFace layout, served by a Node process of their own. */
export const transformersRuntime: Runtime = {
  name: 'transformers',
  buildLaunchSpec,
  pool: { buildSpec: buildPoolSpec, buildClaim },
  inspectModel,
};
