export type { LaunchRequest, LaunchSpec } from './launch-spec.ts';
export type { ModelInspection, Runtime } from './runtime.ts';
export type { ClaimSpec, PoolSpec, RuntimePool } from './runtime-pool.ts';
