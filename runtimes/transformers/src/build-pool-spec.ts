import type { ClaimSpec, LaunchRequest, PoolSpec } from '@beeline/runtime-interface';
import { buildLaunchSpec, engineEntry } from './build-launch-spec.ts';
import { claimPath, waitFlag } from './engine/claim-words.ts';
import { tunables } from './engine/engine-config.ts';

/** The variables that the engine itself reads; it takes them with the claim as well as from its process. */
const ownVariables: ReadonlySet<string> = new Set(tunables.map(([, variable]) => variable));

/**
 * How to start an engine that waits for its model. It gets no directory for compiled code: that belongs to one
 * workspace, and whose model it will be is not known yet.
 */
export function buildPoolSpec(request: {
  readonly socketPath: string;
  readonly startTimeoutMs: number;
}): PoolSpec {
  return {
    runtime: 'transformers',
    argv: [process.execPath, engineEntry, waitFlag, request.socketPath],
    env: { LANG: 'C.UTF-8' },
    ready: { path: claimPath, timeoutMs: request.startTimeoutMs },
  };
}

/**
 * What tells a waiting engine its model: the flags and variables of the launch spec. Null when the deployment sets
 * variables that libraries read while they are imported.
 * @throws RangeError as `buildLaunchSpec` does.
 */
export function buildClaim(request: LaunchRequest): ClaimSpec | null {
  const { argv } = buildLaunchSpec(request);
  if (Object.keys(request.envs).some((name) => !ownVariables.has(name))) return null;
  return { path: claimPath, body: JSON.stringify({ argv: argv.slice(2), env: request.envs }) };
}
