import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LaunchRequest, LaunchSpec } from '@beeline/runtime-interface';

/** Program of the engine process. */
export const engineEntry = fileURLToPath(new URL('./main.ts', import.meta.url));

/** One sequence is generated at a time; a short queue keeps the engine busy. Encoders work in batches. */
const concurrency = {
  generating: { target: 2, hard: 32 },
  encoding: { target: 32, hard: 512 },
} as const;

/**
 * How to start the engine for one model.
 * @throws RangeError when a path is not absolute, the socket path is too long for the system, or a variable would
 * change how Node or the dynamic linker start.
 */
export function buildLaunchSpec(request: LaunchRequest): LaunchSpec {
  const { modelDirectory, socketPath, modelName, task, dtype, envs } = request;
  for (const [name, path] of Object.entries({ modelDirectory, socketPath })) {
    if (!isAbsolute(path)) throw new RangeError(`${name} must be an absolute path; received '${path}'`);
  }
  if (Buffer.byteLength(socketPath) > 107) {
    throw new RangeError(`socketPath must be at most 107 bytes; received ${Buffer.byteLength(socketPath)}`);
  }
  const reserved = Object.keys(envs).find((name) => /^(NODE_|LD_|DYLD_)/.test(name));
  if (reserved !== undefined) {
    throw new RangeError(`envs must not set NODE_…, LD_… or DYLD_… variables; received '${reserved}'`);
  }
  const generating = task === 'text-generation';
  return {
    runtime: 'transformers',
    argv: [
      process.execPath,
      engineEntry,
      ...['--model-dir', modelDirectory, '--socket', socketPath, '--model-name', modelName],
      ...(task === null ? [] : ['--task', task]),
      ...(dtype === null ? [] : ['--dtype', dtype]),
    ],
    env: {
      LANG: 'C.UTF-8',
      ...envs,
      ...(request.codeCacheDirectory === undefined ? {} : { NODE_COMPILE_CACHE: request.codeCacheDirectory }),
    },
    ready: { path: '/health', timeoutMs: request.startTimeoutMs },
    metricsPath: '/metrics',
    infoPath: '/info',
    drain: { signal: 'SIGTERM', graceMs: 30_000 },
    concurrency: generating ? concurrency.generating : concurrency.encoding,
    usageDialect: generating ? 'openai' : 'headers',
  };
}
